"""Interventions keep what they say: sizes by eye, invariants on random input, the same draw the same samples."""

from collections import Counter

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json
from clipcause.subsets.build import build_subset
from clipcause.subsets.candidates import open_candidates
from clipcause.subsets.interventions.longtail import zipf_shares
from clipcause.subsets.interventions.quotas import apportion
from clipcause.subsets.order import Order

LABELS = ["cat"] * 60 + ["dog"] * 30 + ["bird"] * 20 + ["moon"] * 9


@pytest.fixture
def build(tmp_path, pool_index):
    """A function (settings, draw) -> the rows of the manifest."""
    pool = pool_index(LABELS, failed=3, held_out=2, style=["photo", "sketch"] * 61)
    (tmp_path / "classnames.txt").write_text("bird\ncat\ndog\n")

    def run(draw=0, **settings):
        settings = {"from": "web", "where": {}, "profile": "zipf"} | settings
        manifest = tmp_path / "manifest.parquet"
        order = Order("s", settings, draw, {"web": pool}, {"web": pool}, tmp_path / "classnames.txt")
        build_subset(order, manifest, tmp_path / "card.json")
        return pq.read_table(manifest).to_pylist()

    return run


def uids(rows):
    return {row["uid"] for row in rows}


def test_all_is_every_image_that_is_not_held_out(build):
    rows = build(method="all")
    assert len(rows) == len(LABELS) - 2
    assert [row["uid"] for row in rows] == sorted(uids(rows))
    assert set(rows[0]) == {"uid", "shard", "offset", "size", "caption", "label", "weight"}


def test_where_keeps_the_listed_values(build):
    assert len(build(method="all", where={"style": ["sketch"]})) == 58
    with pytest.raises(UserError, match=r"subset s: where: .* no column 'colour'"):
        build(method="all", where={"colour": ["red"]})
    with pytest.raises(UserError, match=r"no sample of .* is left"):
        build(method="all", where={"style": ["fresco"]})


def test_random_is_nested_and_redrawn(build):
    half, quarter = (
        build(method="random", fraction=0.5, samples=None),
        build(method="random", fraction=0.25, samples=None),
    )
    assert uids(quarter) < uids(half) and len(half) == round(0.5 * 117)
    assert uids(build(draw=1, method="random", fraction=0.5, samples=None)) != uids(half)
    with pytest.raises(UserError, match="samples is 500, the pool has 117"):
        build(method="random", samples=500, fraction=None)


def test_resample_reaches_the_imbalance_and_leaves_other_labels_out(build, tmp_path):
    rows = build(method="resample", imbalance=4, samples=70)
    assert Counter(row["label"] for row in rows) == {"cat": 42, "dog": 18, "bird": 10}
    card = read_json(tmp_path / "card.json")
    assert card["classes"] == {"cat": 42, "dog": 18, "bird": 10} and card["imbalance"] == 4.2
    assert card["samples"] == card["images"] == 70 and card["candidates"] == 117
    largest = Counter(row["label"] for row in build(method="resample", imbalance=1, samples=None))
    assert largest == {"cat": 20, "dog": 20, "bird": 20}


def test_resample_names_the_class_that_runs_out_and_the_size_that_works(build):
    with pytest.raises(UserError, match="more of 'bird' than the 20 there are; ask for 60 or fewer"):
        build(method="resample", imbalance=1, samples=90)
    assert len(build(method="resample", imbalance=1, samples=60)) == 60


def test_the_same_draw_gives_the_same_bytes(build, tmp_path):
    digests = []
    for draw in (0, 0, 1):
        build(draw=draw, method="resample", imbalance=2, samples=40)
        digests.append(file_digest(tmp_path / "manifest.parquet"))
    assert digests[0] == digests[1] != digests[2]


def test_a_class_that_would_be_left_with_nothing_is_named(build):
    with pytest.raises(UserError, match=r"at imbalance 1e\+09, 50 samples leave none for 'dog'"):
        build(method="resample", imbalance=1e9, samples=50)


def test_where_compares_numbers_as_numbers_and_the_rest_as_text(pool_index):
    pool = pool_index(["cat"] * 4, number=[1.0, 2.0, 2.5, 2.0], flag=[True, False, True, True])
    for where, kept in (
        ({"number": [2]}, 2),
        ({"number": [2.5, 1]}, 2),
        ({"flag": [True]}, 3),
        ({"label": ["cat"]}, 4),
    ):
        assert open_candidates(Order("s", {"where": where}, 0, {"web": pool}, {"web": pool})).count == kept


@given(st.integers(1, 60), st.floats(1, 1000), st.integers(0, 5000))
def test_counts_sum_up_and_stay_within_one_of_their_share(classes, imbalance, total):
    shares = zipf_shares(classes, imbalance)
    counts = apportion(shares, total)
    assert sum(counts) == total
    assert all(abs(count - share * total) < 1 + 1e-6 for count, share in zip(counts, shares, strict=True))
    assert shares[0] / shares[-1] == pytest.approx(imbalance if classes > 1 else 1)
