"""Unions, intersections, differences and mixtures are what sets say they are, on random subsets of random pools."""

import random
from collections import Counter

import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import read_json


@pytest.fixture
def world(make_pool, subset, rows):
    """Two pools, three random parts of the first, and their uids by name."""
    pools = {"web": make_pool(["cat", "dog", "owl"] * 40), "other": make_pool(["cat"] * 30, first=1000)}
    files = {
        f"part{number}": subset(f"part{number}", {"web": pools["web"]}, draw=number, method="random", fraction=fraction)
        for number, fraction in enumerate((0.5, 0.4, 0.3))
    }
    return pools, files, {name: set(rows(file)) for name, file in files.items()}


@pytest.mark.parametrize("seed", range(5))
def test_they_equal_the_operations_on_sets(world, subset, rows, seed):
    pools, files, uids = world
    names = random.Random(seed).sample(sorted(files), k=2 + seed % 2)
    sources = {name: files[name] for name in names}
    for method, expected in (
        ("union", set.union(*(uids[name] for name in names))),
        ("intersection", set.intersection(*(uids[name] for name in names))),
        ("difference", uids[names[0]].difference(*(uids[name] for name in names[1:]))),
    ):
        assert set(rows(subset(method, sources, {"web": pools["web"]}, method=method))) == expected


def test_a_union_of_pools_keeps_where_each_sample_is(world, subset, rows):
    pools, _, _ = world
    united = rows(subset("u", pools, method="union"))
    assert len(united) == 150
    assert Counter(row["label"] for row in united.values()) == {"cat": 70, "dog": 40, "owl": 40}
    assert all(row["shard"] == "a.tar" and row["weight"] == 1 for row in united.values())


def test_what_several_sources_have_is_as_the_first_has_it(make_pool, subset, rows):
    pool = {"web": make_pool(["cat", "dog"])}
    told = subset("told", pool, method="captions", columns=["caption"], class_name="only", template="one {}",
                  synonyms=False, shuffle=False)  # fmt: skip
    for sources, captions in (
        ({"told": told, **pool}, ["one cat", "one dog"]),
        ({**pool, "told": told}, ["a cat", "a dog"]),
    ):
        united = rows(subset("u", sources, pool, method="union"))
        assert [row["caption"] for row in united.values()] == captions


def test_a_mixture_has_its_shares(world, subset, rows, tmp_path):
    pools, _, _ = world
    mixed = rows(subset("m", pools, **{"from": {"web": 3, "other": 1}}, method="mixture", samples=80))
    assert Counter(int(uid, 16) >= 1000 for uid in mixed) == {False: 60, True: 20}
    assert read_json(tmp_path / "m.json")["notes"] == {"mixture": {"web": 60, "other": 20}}
    largest = rows(subset("m", pools, **{"from": {"web": 3, "other": 1}}, method="mixture"))
    assert len(largest) == 120
    with pytest.raises(UserError, match="ask for 120 or fewer"):
        subset("m", pools, **{"from": {"web": 3, "other": 1}}, method="mixture", samples=130)


def test_an_empty_result_is_an_error(world, subset):
    pools, files, _ = world
    sources = {"part0": files["part0"], "web": pools["web"]}
    with pytest.raises(UserError, match="subset none: is empty"):
        subset("none", sources, {"web": pools["web"]}, method="difference")
