"""Accuracy by similarity for a study's arms, from predictions and nearest.parquet."""

import numpy as np
import pandas as pd
import pytest
import shifted_study
from shifted_study import PER_CLASS, study, write_nearest, write_study

from clipcause.errors import UserError
from clipcause.studies.compare import nearness_table
from clipcause.studies.nearness import BINS, read_nearest


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("runs"), 0.5)


@pytest.fixture(scope="module")
def runs(lists):
    return shifted_study.runs(lists)


@pytest.fixture(scope="module")
def nearest(lists, tmp_path_factory):
    return write_nearest(tmp_path_factory.mktemp("nearest"), lists)


@pytest.fixture(scope="module")
def table(runs, nearest):
    return nearness_table(study(), runs, nearest, resamples=100)


def test_accuracy_rises_with_the_planted_similarity(table):
    rows = table.query("arm == 'diverse' and testset == 'cartoon'").sort_values("similarity")
    assert rows["accuracy"].iloc[-1] > rows["accuracy"].iloc[0] + 0.4
    assert (rows["low"] <= rows["accuracy"]).all() and (rows["accuracy"] <= rows["high"]).all()
    assert rows["low"].min() >= 0 and rows["high"].max() <= 1


def test_every_sample_of_every_arm_is_in_one_bin_and_bins_are_shared(table):
    counted = table.groupby(["arm", "testset"])["samples"].sum().unstack()
    assert (counted["sketch"] == 6 * PER_CLASS).all() and (counted["photo"] == 10 * PER_CLASS).all()
    edges = table[table["testset"] == "photo"].groupby("arm")["lowest"].agg(frozenset)
    assert len(frozenset().union(*edges)) <= BINS
    assert set(table["draw"]) == {0} and set(table["seeds"].dropna()) == {3}


def test_accuracy_in_a_bin_is_that_of_its_samples(lists, nearest, table):
    row = table.query("arm == 'same' and testset == 'sketch'").iloc[2]
    frame = pd.read_parquet(nearest["same"]).query("testset == 'sketch'")
    near = frame[(frame["similarity"] >= row["lowest"]) & (frame["similarity"] < row["highest"])]
    right = []
    for arm, path in zip(lists["arms"], lists["predictions"], strict=True):
        if arm == "same":
            answered = pd.read_parquet(path).query("testset == 'sketch'").set_index("uid").loc[near["testset_uid"]]
            right.append((answered["label"] == answered["prediction"]).mean())
    assert row["accuracy"] == pytest.approx(np.mean(right))
    assert (row["samples"], row["similarity"]) == (len(near), pytest.approx(near["similarity"].mean()))


def test_arms_without_similarities_are_left_out(runs, nearest):
    some = {arm: nearest[arm] for arm in ("same", "diverse")}
    assert set(nearness_table(study(), runs, some, resamples=20)["arm"]) == {"same", "diverse"}
    none = nearness_table(study(), runs, {}, resamples=20)
    assert none.empty and none["accuracy"].dtype == float


def test_a_sample_without_similarity_is_named(runs, nearest, tmp_path):
    frame = pd.read_parquet(nearest["same"])
    frame[~((frame["testset"] == "sketch") & (frame["testset_uid"] == "0/s00007"))].to_parquet(
        tmp_path / "some.parquet"
    )
    with pytest.raises(UserError, match=r"arm 'same': the similarity of 1 samples of test set 'sketch'.* 0/s00007"):
        nearness_table(study(), runs, {"same": tmp_path / "some.parquet"}, resamples=20)


def test_another_table_is_refused(tmp_path):
    pd.DataFrame({"testset": ["a"]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(UserError, match=r"other.parquet: no column testset_uid, similarity"):
        read_nearest(tmp_path / "other.parquet")
