"""Runs in, tables of estimates out."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from synthetic_study import ARMS, CLASSES, WITHOUT_TEXT, predictions, study, write_study

from clipcause.errors import UserError
from clipcause.evaluation.measures import MEASURES
from clipcause.evaluation.outcomes import write_predictions
from clipcause.studies.compare import compare, write_comparison
from clipcause.studies.compared import Compared
from clipcause.studies.runs import read_runs

TESTSETS = ["balanced", "natural"]


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"), testsets=TESTSETS, per_class=20)


@pytest.fixture(scope="module")
def tables(lists):
    return compare(study(TESTSETS), read_runs(**lists, testsets=TESTSETS, readouts=["own"]), resamples=100)


def test_every_scalar_measure_of_every_arm_per_seed_and_in_the_mean(tables):
    estimates, *_ = tables
    scalars = [name for name, measure in MEASURES.items() if not measure.per_class]
    for testset in TESTSETS:
        for arm in ARMS:
            rows = estimates[(estimates["testset"] == testset) & (estimates["arm"] == arm)]
            assert set(rows["measure"]) == set(scalars)
            seeds = rows[rows["measure"] == "accuracy"]["seed"].tolist()
            assert seeds == [0, 1, 2, pd.NA]


def test_mean_lies_in_its_interval_and_is_the_mean_of_the_seeds(tables):
    estimates, *_ = tables
    defined = estimates[estimates["value"].notna()]
    assert ((defined["low"] <= defined["value"]) & (defined["value"] <= defined["high"])).all()
    keys = ["arm", "testset", "readout", "measure"]
    seeds = defined[defined["seed"].notna()].groupby(keys)["value"].mean()
    means = defined[defined["seed"].isna()].set_index(keys)["value"]
    assert seeds.loc[means.index].to_numpy() == pytest.approx(means.to_numpy())


def test_accuracy_is_that_of_the_predictions(lists, tables):
    frame = pd.read_parquet(lists["predictions"][4])  # supervised, seed 1
    balanced = frame[frame["testset"] == "balanced"]
    estimates = tables[0]
    row = estimates.query("arm == 'supervised' and seed == 1 and measure == 'accuracy' and testset == 'balanced'")
    assert row["value"].item() == pytest.approx((balanced["label"] == balanced["prediction"]).mean())


def test_undefined_measure_is_null_with_a_reason(tables):
    unseen = tables[0].query("measure == 'accuracy_unseen'")
    assert unseen["value"].isna().all()
    assert unseen["reason"].str.contains("every class").all()
    assert len(unseen) == len(ARMS) * len(TESTSETS)


def test_a_readout_that_does_not_apply_says_why_and_leaves_the_others_alone(lists, tables, tmp_path):
    both = write_study(tmp_path, testsets=TESTSETS, per_class=20, template=True)
    claims = {
        name: study()["claims"]["clip_less_biased"] | {"readout": "template", "contrast": contrast}
        for name, contrast in {
            "within": {"clip": 1, "clip_balanced": -1},
            "across": {"supervised": 1, "clip": -1},
        }.items()
    }
    settings = study(TESTSETS, claims, readouts=["own", "template"])
    runs = read_runs(**both, testsets=TESTSETS, readouts=["own", "template"])
    estimates, classes, judged, _ = compare(settings, runs, resamples=100)
    own = estimates[estimates["readout"] == "own"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, tables[0].sort_values("testset", kind="stable").reset_index(drop=True))
    missing = estimates.query("readout == 'template' and arm == 'supervised'")
    assert missing["value"].isna().all() and set(missing["reason"]) == {WITHOUT_TEXT}
    assert set(classes.query("readout == 'template'")["arm"]) == {"clip", "clip_balanced"}
    assert judged[0]["estimate"] is not None
    assert (judged[1]["verdict"], judged[1]["reason"]) == ("inconclusive", WITHOUT_TEXT)


def test_top5_accuracy_is_the_share_of_ranks_up_to_five(lists, tables):
    frame = pd.read_parquet(lists["predictions"][0]).query("testset == 'natural'")
    row = tables[0].query("arm == 'clip' and seed == 0 and measure == 'top5_accuracy' and testset == 'natural'")
    assert row["value"].item() == pytest.approx((frame["rank"] <= 5).mean())
    assert row["low"].item() < row["value"].item() < row["high"].item()


def test_unseen_classes_have_their_own_accuracy(tmp_path):
    lists = write_study(tmp_path, {"a": ("clip", 0.3, 3.0)}, per_class=10, unseen=3)
    estimates, classes, *_ = compare(
        study(claims={}), read_runs(**lists, testsets=["balanced"], readouts=["own"]), resamples=50
    )
    mean = estimates.query("measure == 'accuracy_unseen'")["value"].iloc[-1]
    assert mean == pytest.approx(classes[classes["captions"] == 0]["accuracy"].mean())


def test_classes(tables):
    _, classes, *_ = tables
    assert len(classes) == len(ARMS) * len(TESTSETS) * len(CLASSES)
    assert classes["accuracy"].between(0, 1).all() and classes["accuracy_high"].le(1).all()
    per_arm = classes.query("testset == 'balanced'").groupby("arm")["predictions"].sum()
    assert per_arm.to_numpy() == pytest.approx(20 * len(CLASSES))


def test_one_seed_is_marked(tmp_path):
    lists = write_study(tmp_path, seeds=1, per_class=5)
    estimates, _, judged, _ = compare(
        study(), read_runs(**lists, testsets=["balanced"], readouts=["own"]), resamples=50
    )
    assert set(estimates["seeds"]) == {1}
    assert judged[0]["seeds"] == 1


def test_an_added_arm_leaves_the_resamples_of_the_others(lists, tables):
    some = {name: values if name == "frequencies" else values[:6] for name, values in lists.items()}
    settings = study(TESTSETS, claims={})
    estimates, *_ = compare(settings, read_runs(**some, testsets=TESTSETS, readouts=["own"]), resamples=100)
    seeds = estimates[estimates["seed"].notna()].reset_index(drop=True)
    before = tables[0][tables[0]["seed"].notna() & tables[0]["arm"].isin(["clip", "supervised"])]
    pd.testing.assert_frame_equal(seeds, before.reset_index(drop=True))


def test_same_bytes_twice(lists, tmp_path):
    written = []
    for name in ("one", "two"):
        tables = ("estimates.parquet", "classes.parquet", "claims.json", "effects.parquet")
        files = (*tables, "robustness.parquet", "nearness.parquet")
        paths = [tmp_path / name / file for file in files]
        write_comparison(
            study(TESTSETS), read_runs(**lists, testsets=TESTSETS, readouts=["own"]), "longtail", Compared(*paths)
        )
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]
    claims = json.loads((tmp_path / "one" / "claims.json").read_text())
    assert claims["study"] == "longtail"
    assert [claim["name"] for claim in claims["claims"]] == list(study()["claims"])


def test_command_line_imports_no_torch(lists, tmp_path):
    arguments = ["compare", "--name", "longtail", "--study", json.dumps(study(TESTSETS))]
    counted = lists["frequencies"]
    for name in ("arms", "seeds", "families", "predictions", "evidence"):
        arguments += [f"--{name}", *map(str, lists[name])]
    arguments += ["--vocabularies", *(f"{testset}={of}" for testset, of in counted.vocabularies.items())]
    arguments += ["--frequencies", *(f"{of}/{seed}={path}" for (of, seed), path in counted.files.items())]
    for name in Compared._fields:
        arguments += [f"--{name}", str(tmp_path / name)]
    code = (
        "import sys; from clipcause.studies.__main__ import main; status = main(sys.argv[1:]); "
        "assert 'torch' not in sys.modules; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "claim clip_less_biased:" in done.stderr
    assert pd.read_parquet(tmp_path / "estimates")["value"].notna().any()


def test_runs_on_other_samples_are_refused(lists, tmp_path):
    frame = predictions(0.3, 3.0, seed=1, testsets=TESTSETS, per_class=20)
    frame.loc[3, "uid"] = "another"
    write_predictions(tmp_path / "other.parquet", frame)
    changed = {**lists, "predictions": [*lists["predictions"][:-1], tmp_path / "other.parquet"]}
    with pytest.raises(UserError, match=r"other.parquet: test set 'balanced' has other samples"):
        read_runs(**changed, testsets=TESTSETS, readouts=["own"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": [0, 1]}, "lengths are 12, 2, 12"),
        ({"seeds": [0, 0, 2] * 4}, "arm 'clip': a seed stands twice"),
        ({"families": ["clip", "supervised", "clip"] * 4}, "more than one objective"),
    ],
)
def test_lists_that_do_not_fit_are_refused(lists, changes, message):
    with pytest.raises(UserError, match=message):
        read_runs(**{**lists, **changes}, testsets=TESTSETS, readouts=["own"])


def test_frequencies_may_differ_between_draws(tmp_path):
    lists = write_study(tmp_path, {"a": ("clip", 0.3, 3.0)}, seeds=2, per_class=5)
    files = lists["frequencies"].files
    other = pd.read_parquet(files["objects", 0])
    other["captions"] += 100
    other.to_parquet(tmp_path / "draw1.parquet")
    files["objects", 1] = tmp_path / "draw1.parquet"
    _, classes, *_ = compare(
        study(claims={}), read_runs(**lists, testsets=["balanced"], readouts=["own"]), resamples=20
    )
    assert classes["captions"].to_numpy() == pytest.approx(np.array(other["captions"]) - 50)
