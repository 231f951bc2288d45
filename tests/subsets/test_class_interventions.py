"""Interventions on classes against what they say of themselves, counted slowly."""

import itertools
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.subsets.interventions.longtail import exponential_shares

LABELS = ["cat"] * 40 + ["dog"] * 25 + ["owl"] * 9 + ["elk"] * 4 + ["emu"] * 3 + [None] * 5


@pytest.fixture
def pool(make_pool):
    return {"web": make_pool(LABELS, style=["photo", "sketch"] * 43)}


def counts(rows):
    return Counter(row["label"] for row in rows.values())


def test_stratified_keeps_every_share_within_one(pool, subset, rows):
    before = Counter(LABELS)
    for samples in (1, 10, 33, 86):
        drawn = rows(subset("s", pool, method="stratified", by="label", samples=samples))
        assert len(drawn) == samples
        kept = counts(drawn)
        assert all(abs(kept[label] - samples * count / len(LABELS)) < 1 for label, count in before.items())
    half, more = (set(rows(subset("s", pool, method="stratified", by="style", fraction=f))) for f in (0.5, 0.75))
    assert half < more
    with pytest.raises(UserError, match="subset s: by: no column 'hue'; there are uid"):
        subset("s", pool, method="stratified", by="hue", samples=1)


RESTRICT = {"method": "restrict", "concepts": None, "classes": None, "per_class": None}


def test_restrict_keeps_the_labels_and_numbers_asked_for(pool, subset, rows):
    assert counts(rows(subset("r", pool, **RESTRICT | {"concepts": ["owl", "cat"]}))) == {"cat": 40, "owl": 9}
    assert counts(rows(subset("r", pool, **RESTRICT | {"per_class": 3}))) == dict.fromkeys(
        ("cat", "dog", "owl", "elk", "emu"), 3
    )
    some = rows(subset("r", pool, **RESTRICT | {"concepts": ["cat", "dog"], "samples": 30}))
    assert len(some) == 30 and set(counts(some)) == {"cat", "dog"}
    drawn = [set(counts(rows(subset("r", pool, draw=1, **RESTRICT | {"classes": k})))) for k in (1, 2, 3)]
    assert [len(classes) for classes in drawn] == [1, 2, 3] and drawn[0] < drawn[1] < drawn[2]
    others = {tuple(sorted(counts(rows(subset("r", pool, draw=d, **RESTRICT | {"classes": 2}))))) for d in range(6)}
    assert len(others) > 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"concepts": ["yak"]}, "concepts: no candidate has the label 'yak'"),
        ({"classes": 6}, "classes is 6, there are 5 to choose from"),
        ({"per_class": 4}, "'emu' has 3 samples, fewer than per_class: 4"),
        ({"concepts": ["emu"], "samples": 4}, "samples is 4, its 1 classes have 3"),
    ],
)
def test_what_restrict_cannot_give_is_named(pool, subset, settings, message):
    with pytest.raises(UserError, match=message):
        subset("r", pool, **RESTRICT | settings)


@pytest.mark.parametrize("to", [0, 1, 3])
def test_trimming_cuts_the_rarest_and_nothing_else(pool, subset, rows, tmp_path, to):
    kept = counts(rows(subset("t", pool, method="trim_tail", classes=2, to=to)))
    assert kept == {label: count for label, count in (Counter(LABELS) | {"elk": to, "emu": to}).items() if count} | {
        label: to for label in ("elk", "emu") if to
    }
    assert read_json(tmp_path / "t.json")["notes"] == {"trimmed": ["emu", "elk"]}


def test_a_tail_that_is_not_there_is_named(pool, subset):
    with pytest.raises(UserError, match="classes is 6, the candidates have 5 labels"):
        subset("t", pool, method="trim_tail", classes=6, to=0)
    with pytest.raises(UserError, match="'emu' has 3 samples, fewer than to: 4"):
        subset("t", pool, method="trim_tail", classes=1, to=4)


def test_a_cap_thins_out_what_is_above_it(pool, subset, rows):
    kept = rows(subset("c", pool, method="cap", at_most=9))
    assert counts(kept) == {"cat": 9, "dog": 9, "owl": 9, "elk": 4, "emu": 3}
    assert set(rows(subset("c", pool, method="cap", at_most=5))) < set(kept)


def frequency(path, **captions):
    pq.write_table(pa.table({"concept": list(captions), "captions": list(captions.values())}), path)
    return path


def test_frequencies_are_matched_and_the_shortfall_is_told(pool, subset, rows, tmp_path):
    target = frequency(tmp_path / "f.parquet", cat=10, dog=20, owl=12, yak=2, emu=0)
    kept = counts(rows(subset("m", pool, method="match_frequency", frequency=target)))
    assert kept == {"cat": 10, "dog": 20, "owl": 9}
    assert read_json(tmp_path / "m.json")["notes"] == {"shortfall": {"owl": 3, "yak": 2}}
    scaled = counts(rows(subset("m", pool, method="match_frequency", frequency=target, samples=22)))
    assert scaled == {"cat": 5, "dog": 10, "owl": 6}
    with pytest.raises(UserError, match="no candidate has a label of"):
        subset("m", pool, method="match_frequency", frequency=frequency(tmp_path / "g.parquet", yak=3))


def test_a_second_source_fills_what_the_first_lacks(pool, make_pool, subset, rows, tmp_path):
    sources = pool | {"more": make_pool(["owl"] * 20 + ["cat"] * 99, first=5000)}
    target = frequency(tmp_path / "f.parquet", cat=10, owl=12)
    kept = rows(subset("m", sources, method="match_frequency", frequency=target))
    added = counts({uid: row for uid, row in kept.items() if int(uid, 16) >= 5000})
    assert counts(kept) == {"cat": 10, "owl": 12} and added == {"owl": 3}
    assert read_json(tmp_path / "m.json")["notes"] == {"shortfall": {}}


def test_an_exponential_profile_falls_by_the_same_factor():
    shares = exponential_shares(5, 16)
    assert sum(shares) == pytest.approx(1) and shares[0] / shares[-1] == pytest.approx(16)
    assert [one / next_ for one, next_ in itertools.pairwise(shares)] == pytest.approx([2] * 4)
    assert exponential_shares(1, 9) == [1]


def test_a_control_is_as_large_and_drawn_at_random(pool, subset, rows):
    capped = subset("c", pool, method="cap", at_most=9)
    control = rows(subset("k", pool, method="random", size_of=capped))
    assert len(control) == len(rows(capped)) and set(control) != set(rows(capped))
    assert set(rows(subset("k", pool, draw=1, method="random", size_of=capped))) != set(control)


def test_a_subset_of_a_subset_lies_within_it_and_sees_the_pool_s_columns(pool, subset, rows):
    capped = subset("c", pool, method="cap", at_most=9)
    photos = rows(subset("p", {"c": capped}, pool, method="all", where={"style": ["photo"]}))
    assert set(photos) == {uid for uid in rows(capped) if int(uid, 16) % 2 == 0}
