"""Patterns of indicators and labels, against a slow grouping written from their definition."""

from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.subsets.candidates import open_candidates
from clipcause.subsets.order import Order
from clipcause.subsets.patterns import tabulate

INDICATORS = [
    "contains(caption, 'gold')",
    "CASE WHEN contains(caption, 'old') THEN true END",
]  # the second is NULL or true


def write_matches(path, pairs):
    pq.write_table(pa.table({"uid": [uid for uid, _ in pairs], "concept": [concept for _, concept in pairs]}), path)
    return path


def opened(sources, matches=()):
    return open_candidates(Order("m", {"where": {}}, 0, sources, sources, matches=tuple(matches)))


def grouped(candidates, mentioned):
    """What each uid has, by its pattern: {uid: (first indicator, second, labels)}; the patterns' counts are checked."""
    found = tabulate(candidates, INDICATORS, mentioned)
    names = np.array(found.names)
    described = [
        (*map(bool, bits), tuple(names[labels.indices]))
        for bits, labels in zip(found.indicators, found.labels, strict=True)
    ]
    of = dict(candidates.database.execute("SELECT uid, pattern FROM patterned").fetchall())
    assert found.counts.tolist() == [Counter(of.values())[number] for number in range(len(described))]
    assert candidates.database.execute("SELECT count(*) FROM patterned").fetchall() == [(candidates.count,)]
    assert len(set(described)) == len(described)
    return found, {uid: described[pattern] for uid, pattern in of.items()}


def by_hand(captions, labels_of):
    """{uid: (gold, old, sorted labels)}, one sample at a time."""
    return {uid: ("gold" in text, "old" in text, tuple(sorted(labels_of[uid]))) for uid, text in captions.items()}


@pytest.mark.parametrize("seed, concepts", [(0, 3), (1, 8), (2, 9), (3, 70), (4, 300)])
def test_several_labels_are_those_of_the_matches(make_pool, tmp_path, seed, concepts):
    chance = np.random.default_rng(seed)
    captions = [str(chance.choice(["a gold cup", "an old cup", "a cup"])) for _ in range(200)]
    pool = make_pool(["ignored"] * 200, caption=captions)
    uids = pq.read_table(pool)["uid"].to_pylist()
    names = [f"concept {number}" for number in range(concepts)]
    pairs = [(uid, names[number]) for uid in uids for number in chance.integers(0, concepts, chance.integers(0, 4))]
    strangers = [("not a candidate", "zebra"), ("not a candidate", names[0])]
    matches = write_matches(tmp_path / "matches.parquet", [*pairs, *strangers, *pairs[:20]])
    labels_of = defaultdict(set)
    for uid, concept in pairs:
        labels_of[uid].add(concept)
    found, described = grouped(opened({"web": pool}, [matches]), mentioned=True)
    assert described == by_hand(dict(zip(uids, captions, strict=True)), labels_of)
    assert found.names == sorted({concept for _, concept in pairs})


@pytest.mark.parametrize("seed", range(3))
def test_without_matches_the_label_is_the_only_one(make_pool, seed):
    chance = np.random.default_rng(seed)
    labels = [[None, "cup", "cat", "key"][number] for number in chance.integers(0, 4, 100)]
    captions = [str(chance.choice(["gold", "old", "new"])) for _ in labels]
    pool = make_pool(labels, caption=captions)
    uids = pq.read_table(pool)["uid"].to_pylist()
    found, described = grouped(opened({"web": pool}), mentioned=False)
    labels_of = {uid: {label} - {None} for uid, label in zip(uids, labels, strict=True)}
    assert described == by_hand(dict(zip(uids, captions, strict=True)), labels_of)
    assert found.names == ["cat", "cup", "key"]


def test_a_sample_in_two_sources_has_the_matches_of_the_first(make_pool, tmp_path):
    uids = [f"{number:020x}" for number in range(4)]
    one = make_pool([None] * 2).rename(tmp_path / "one.parquet")
    two = make_pool([None] * 4)
    first = write_matches(tmp_path / "first.parquet", [(uids[0], "cup"), (uids[1], "cat")])
    second = write_matches(tmp_path / "second.parquet", [(uids[0], "cup"), (uids[0], "key"), (uids[2], "key")])
    _, described = grouped(opened({"one": one, "two": two}, [first, second]), mentioned=True)
    labels = [described[uid][2] for uid in uids]
    assert labels == [("cup",), ("cat",), ("key",), ()]


def test_a_repeated_sample_has_the_matches_of_its_own_uid(make_pool, tmp_path):
    pool = make_pool([None] * 2, uid=["abc", "abc#2"])
    matches = write_matches(tmp_path / "matches.parquet", [("abc", "cup"), ("abc#2", "cat")])
    _, described = grouped(opened({"web": pool}, [matches]), mentioned=True)
    assert {uid: labels for uid, (*_, labels) in described.items()} == {"abc": ("cup",), "abc#2": ("cat",)}


def test_without_any_label_it_says_what_to_do(make_pool, tmp_path):
    pool = make_pool([None] * 2)
    with pytest.raises(UserError, match=r"no candidate has a label.*name a vocabulary"):
        tabulate(opened({"web": pool}), INDICATORS, False)
    matches = write_matches(tmp_path / "matches.parquet", [("elsewhere", "cup")])
    with pytest.raises(UserError, match=r"no candidate has a label.*does the vocabulary fit"):
        tabulate(opened({"web": pool}, [matches]), INDICATORS, True)
