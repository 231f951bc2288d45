"""Set operations in parts of the uids write the same rows and card as those that join everything at once."""

import random

import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.subsets import build, large


@pytest.fixture
def sources(make_pool, subset):
    """Two pools that overlap and a random subset of each; the second pool's captions are its own."""
    chance = random.Random(0)
    one, two = (make_pool(chance.choices("abcd", k=300), first=first) for first in (0, 150))
    pools = {"one": one, "two": two}
    some = subset("some", {"one": one}, fraction=0.6, method="random")
    other = subset("other", {"two": two}, fraction=0.6, method="random", draw=1)
    return pools, {"some": some, "two": two, "other": other}


@pytest.fixture
def in_parts(monkeypatch):
    """Small parts, and a function that tells how many there were."""
    seen = []
    original = large._parts
    monkeypatch.setattr(large, "ROWS_PER_MB", 1)
    monkeypatch.setattr(large, "_row_groups", lambda order: [(f"{uid:020x}", 20) for uid in range(0, 400, 7)])
    monkeypatch.setattr(large, "_parts", lambda order, rows: seen.append(list(original(order, rows))) or seen[-1])
    monkeypatch.setattr(build, "DISTINCT_AT_ONCE", 50)
    return seen


@pytest.mark.parametrize("method", ["union", "intersection", "difference"])
@pytest.mark.parametrize("names", [("some", "other"), ("two", "some"), ("some", "two", "other")])
@pytest.mark.parametrize("where", [{}, {"label": ["a", "d"]}])
def test_the_same_rows_as_at_once(sources, subset, tmp_path, request, method, names, where):
    pools, files = sources
    given = {name: files[name] for name in names}
    files = tmp_path / "set.parquet", tmp_path / "set.json"

    def build_it(memory_mb):
        settings = {"method": method, "from": list(given), "where": where}
        build.build_subset(build.Order("set", settings, 0, given, pools), *files, memory_mb=memory_mb)
        return pq.read_table(files[0]).to_pylist(), read_json(files[1]) | {"digest": None}

    at_once = build_it(500)
    parts = request.getfixturevalue("in_parts")
    assert build_it(100) == at_once
    assert len(parts[0]) > 5
    written = files[0].read_bytes()
    build_it(100)
    assert files[0].read_bytes() == written
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"caption": ["a d"], "label": ["a"]}, "no sample of .*some.parquet, .* is left; check where and held_out"),
        ({}, "is empty, difference leaves none of 300 candidates"),
    ],
)
def test_an_empty_result_is_still_an_error(sources, subset, in_parts, monkeypatch, where, message):
    pools, files = sources
    monkeypatch.setattr(large, "ROWS_PER_MB", 0)
    given = {"some": files["some"], "one": pools["one"]}
    with pytest.raises(UserError, match=f"subset nothing: {message}"):
        subset("nothing", given, pools, method="difference", where=where)


def test_small_sets_and_columns_of_the_pool_are_left_to_the_ordinary_way(sources, in_parts):
    pools, files = sources
    given = {name: files[name] for name in ("some", "other")}
    settings = {"method": "union", "from": list(given), "where": {}}
    assert large.is_large(build.Order("set", settings, 0, given, pools), 1000)
    assert not large.is_large(build.Order("set", settings, 0, given, pools), 2000)
    assert not large.is_large(build.Order("set", settings | {"where": {"held_out": [False]}}, 0, given, pools), 1000)
    assert not large.is_large(build.Order("set", settings | {"method": "mixture"}, 0, given, pools), 1000)
