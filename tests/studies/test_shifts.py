"""Effective robustness of a study's arms, from their predictions to verdicts and tables."""

import logging

import numpy as np
import pandas as pd
import pytest
import shifted_study
from scipy.special import expit, logit
from scipy.stats import linregress
from shifted_study import BASELINES, PER_CLASS, claim, study, write_study

from clipcause.errors import UserError
from clipcause.evaluation.outcomes import write_predictions
from clipcause.studies.compare import compare, robustness_table
from clipcause.studies.robustness import effective_robustness
from clipcause.studies.robustness_intervals import robustness_interval
from clipcause.studies.runs import by_arm
from clipcause.studies.shift_tables import robustness_estimates
from clipcause.studies.shifts import measure_shift, measure_shifts

OFF = 0.9


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("planted"), OFF)


@pytest.fixture(scope="module")
def runs(lists):
    return shifted_study.runs(lists)


@pytest.fixture(scope="module")
def shifts(runs):
    return measure_shifts(study(), runs, 200)


@pytest.fixture(scope="module")
def table(runs, shifts):
    return robustness_table(study(), runs, shifts)


def judged(runs, claims):
    settings = study({str(number): each for number, each in enumerate(claims)})
    return compare(settings, runs, resamples=200, shifts=measure_shifts(settings, runs, 200))[2]


def test_accuracies_are_over_the_classes_that_both_test_sets_share(lists, shifts, table):
    """The last four classes, which the shift lacks, are all answered wrong: with them nothing is on a line."""
    assert (shifts["sketch"].classes, shifts["cartoon"].classes) == (6, 10)
    frame = pd.read_parquet(lists["predictions"][0])
    shared = frame[(frame["testset"] == "photo") & frame["label"].isin(shifted_study.CLASSES[:6])]
    right = (shared["label"] == shared["prediction"]).sum()
    row = table.query("arm == 'size0' and seed == 0 and testset == 'sketch'").iloc[0]
    assert row["id_accuracy"] == pytest.approx((right + 0.5) / (6 * PER_CLASS + 1))
    everything = table.query("arm == 'size0' and seed == 0 and testset == 'cartoon'").iloc[0]
    assert everything["id_accuracy"] == pytest.approx((right + 0.5) / (10 * PER_CLASS + 1))


def test_the_line_goes_through_baselines_whose_seeds_are_summed(lists, table):
    points = []
    for arm in BASELINES:
        sums = np.zeros((2, 2))
        for name, path in zip(lists["arms"], lists["predictions"], strict=True):
            if name == arm:
                frame = pd.read_parquet(path)
                frame = frame[frame["label"].isin(shifted_study.CLASSES[:6])]
                for side, testset in enumerate(("photo", "sketch")):
                    rows = frame[frame["testset"] == testset]
                    sums[side] += (rows["label"] == rows["prediction"]).sum(), len(rows)
        points.append(logit((sums[:, 0] + 0.5) / (sums[:, 1] + 1)))
    fit = linregress(*np.transpose(points))
    row = table.query("testset == 'sketch'").iloc[0]
    assert [row["slope"], row["intercept"], row["r_squared"]] == pytest.approx(
        [fit.slope, fit.intercept, fit.rvalue**2]
    )
    assert row["baselines"] == 6 and row["r_squared"] > 0.95


def test_planted_robustness_is_found(table):
    """What was planted is a step of OFF on the logit scale at the arm's place on the line."""
    means = table[table["seed"].isna() & (table["testset"] == "sketch")].set_index("arm")
    place = shifted_study.SLOPE * 0.5 + shifted_study.INTERCEPT
    planted = 100 * (expit(place + OFF) - expit(place))
    assert means.loc["diverse", "low"] < planted < means.loc["diverse", "high"]
    assert means.loc["diverse", "low"] > 5
    assert means.loc["same", "low"] < 0 < means.loc["same", "high"]


def test_table_adds_up_and_says_who_extrapolates(table):
    expected = 100 * (table["shift_accuracy"] - table["expected"])
    assert table["effective_robustness"].to_numpy() == pytest.approx(expected.to_numpy())
    seeds = table[table["seed"].notna()].groupby(["arm", "testset"])["effective_robustness"].mean()
    means = table[table["seed"].isna()].set_index(["arm", "testset"])["effective_robustness"]
    assert seeds.loc[means.index].to_numpy() == pytest.approx(means.to_numpy())
    assert not table[table["seed"].isna()]["extrapolates"].any()
    for side in ("id", "shift"):
        assert (table[f"{side}_low"] < table[f"{side}_accuracy"]).all()
        assert (table[f"{side}_accuracy"] < table[f"{side}_high"]).all()
    assert set(table.loc[table["baseline"], "arm"]) == set(BASELINES)


def test_an_arm_beyond_the_baselines_extrapolates(runs):
    settings = study(baselines=["size0", "size1", "size2"])
    found = robustness_table(settings, runs, measure_shifts(settings, runs, 50))
    means = found[found["seed"].isna() & (found["testset"] == "cartoon")].set_index("arm")["extrapolates"]
    assert means["size5"] and means["diverse"] and not means["size0"] and not means["size2"]


def test_estimates_hold_the_seeds_and_a_mean_whose_interval_holds_the_fit_as_well(runs, shifts):
    estimates = compare(study(), runs, resamples=200, shifts=shifts)[0]
    rows = estimates[estimates["measure"] == "effective_robustness"]
    assert len(rows) == 2 * 8 * 4 and set(rows["testset"]) == {"sketch", "cartoon"}
    mean = rows[(rows["arm"] == "diverse") & (rows["testset"] == "sketch") & rows["seed"].isna()].iloc[0]
    shift = shifts["sketch"]
    found = robustness_interval({"diverse": 1.0}, shift.families, shift.arms, shift.baselines)
    assert [mean["value"], mean["low"], mean["high"]] == pytest.approx([found.value, found.low, found.high])
    of_seed = effective_robustness(shift.line, shift.arms["diverse"].observed)
    seeds = rows[(rows["arm"] == "diverse") & (rows["testset"] == "sketch") & rows["seed"].notna()]["value"]
    assert seeds.to_numpy() == pytest.approx(of_seed)


def test_claims_with_the_cause_planted_and_with_it_removed(runs, tmp_path):
    claims = [claim({"diverse": 1, "same": -1}), claim({"diverse": 1, "same": -1}, "about_zero", 9.0)]
    planted = judged(runs, claims)
    assert [each["verdict"] for each in planted] == ["supported", "not supported"]
    removed = judged(shifted_study.runs(write_study(tmp_path, 0.0)), claims)
    assert removed[0]["verdict"] != "supported"
    assert removed[1]["verdict"] == "supported"


def test_several_shifts_with_the_cause_planted_and_with_it_removed(runs, tmp_path):
    claims = [claim({"diverse": 1, "same": -1}, testset=["sketch", "cartoon"], margin=4.0)]
    assert judged(runs, claims)[0]["verdict"] == "supported"
    removed = judged(shifted_study.runs(write_study(tmp_path, 0.0)), claims)
    assert removed[0]["verdict"] == "not supported"


@pytest.fixture(scope="module")
def prompted(tmp_path_factory):
    """Runs that `diverse` and `same` answer by a second readout as well: better on the shifts than on the line."""
    lists = write_study(tmp_path_factory.mktemp("prompted"), 0.0)
    for number, (arm, path) in enumerate(zip(lists["arms"], lists["predictions"], strict=True)):
        own, reasons = pd.read_parquet(path), {}
        if arm in ("diverse", "same"):
            other = shifted_study.predictions(0.45, OFF if arm == "diverse" else 0.0, [90, number])
            own = pd.concat([own, other.assign(readout="template")])
        else:
            reasons = {(testset, "template"): "it reads no text" for testset in shifted_study.HELD}
        write_predictions(path, own, reasons)
    return shifted_study.read(lists, ["own", "template"])


def test_effective_robustness_by_another_readout_is_against_the_same_baselines(prompted):
    settings = study() | {"readouts": ["own", "template"]}
    by_own = measure_shifts(settings, prompted, 50)["sketch"]
    by_template = measure_shift(prompted, settings["robustness"], "sketch", "template", 50)
    assert float(by_template.line.slope) == float(by_own.line.slope)
    assert set(by_template.arms) == {"diverse", "same"} and by_template.classes == by_own.classes
    assert by_template.undefined["size0"] == "it reads no text"


def test_prompts_with_their_effect_planted_and_with_it_removed(prompted):
    claims = {
        "planted": claim({"diverse@template": 1, "diverse@own": -1}, testset=["sketch", "cartoon"]),
        "removed": claim({"same@template": 1, "same": -1}, "about_zero", 9.0, testset=["sketch", "cartoon"]),
        "without": claim({"size0@template": 1, "same": -1}),
    }
    settings = study(claims) | {"readouts": ["own", "template"]}
    found = compare(settings, prompted, resamples=200, shifts=measure_shifts(settings, prompted, 200))[2]
    assert [each["verdict"] for each in found] == ["supported", "supported", "inconclusive"]
    assert found[2]["reason"] == "it reads no text"
    alone = {by: claim({f"diverse@{by}": 1}, testset=["sketch", "cartoon"]) for by in ("own", "template")}
    settings = study(alone) | {"readouts": ["own", "template"]}
    singles = compare(settings, prompted, resamples=200, shifts=measure_shifts(settings, prompted, 200))[2]
    apart = np.hypot(*(each["standard_error"] for each in singles))
    assert found[0]["standard_error"] < 0.9 * apart  # the lines and the test samples are shared


def test_a_claim_of_another_measure_may_be_on_the_reference(runs):
    other = claim({"diverse": 1, "same": -1}) | {"measure": "accuracy", "testset": "photo"}
    assert [each["estimate"] is not None for each in judged(runs, [claim({"diverse": 1}), other])] == [True, True]
    with pytest.raises(UserError, match="claim '0': test set 'photo' is none of sketch, cartoon"):
        judged(runs, [claim({"diverse": 1}, testset="photo")])


def test_a_contrast_shares_the_line(shifts):
    """Two arms of almost equal accuracy in distribution are compared almost without the line's uncertainty."""
    shift = shifts["sketch"]
    alone, both = shift.interval({"diverse": 1.0}), shift.interval({"diverse": 1.0, "same": -1.0})
    same = shift.interval({"same": 1.0})
    assert both.standard_error < np.hypot(alone.standard_error, same.standard_error)


def test_few_baselines_are_warned_of_once(runs, caplog):
    with caplog.at_level(logging.WARNING, "clipcause"):
        measure_shifts(study(), runs, 20)
        assert not caplog.records
        measure_shifts(study(baselines=list(BASELINES)[:4]), runs, 20)
    (record,) = caplog.records
    assert record.getMessage().startswith("effective robustness: the line rests on only 4 baselines")


def test_without_the_section_there_is_nothing(runs):
    settings = study() | {"robustness": None}
    assert measure_shifts(settings, runs, 20) == {}
    table = robustness_table(settings, runs, {})
    assert table.empty and table["baseline"].dtype == bool


def test_a_claim_without_the_section_is_refused(runs):
    settings = study({"one": claim({"diverse": 1})}) | {"robustness": None}
    with pytest.raises(UserError, match="claim 'one': the study has no section robustness"):
        compare(settings, runs, resamples=20)


@pytest.fixture
def without(lists, tmp_path):
    """A function (arm, reason) -> runs of which that arm has not answered on the shift."""

    def make(arm, reason):
        paths = []
        for name, path in zip(lists["arms"], lists["predictions"], strict=True):
            if name == arm:
                frame = pd.read_parquet(path)
                changed = tmp_path / path.name
                write_predictions(changed, frame[frame["testset"] != "sketch"], {("sketch", "own"): reason})
                path = changed
            paths.append(path)
        return shifted_study.runs({**lists, "predictions": paths})

    return make


def test_an_arm_that_has_not_answered_says_why(without, shifts):
    runs = without("same", "it has no head")
    found = measure_shifts(study(), runs, 200)
    rows = {(row[0], row[5]): row for row in robustness_estimates(runs, found["sketch"])}
    assert rows["same", None][6] is None and rows["same", None][-1] == "it has no head"
    diverse = shifts["sketch"].interval({"diverse": 1.0})
    assert rows["diverse", None][6] == pytest.approx(diverse.value)
    assert "same" in found["cartoon"].arms
    claims = judged(runs, [claim({"diverse": 1, "same": -1})])
    assert (claims[0]["verdict"], claims[0]["reason"]) == ("inconclusive", "it has no head")


def test_without_a_baseline_no_arm_has_it(without):
    runs = without("size3", "it has no head")
    found = measure_shifts(study(), runs, 20)
    assert set(found["sketch"].undefined) == set(by_arm(runs))
    assert set(found["sketch"].undefined.values()) == {"baseline size3: it has no head"}
    assert not robustness_table(study(), runs, found).query("testset == 'sketch'").shape[0]
    assert found["cartoon"].undefined == {}


def test_baselines_that_make_no_line_are_a_reason(lists):
    first = lists["predictions"][0]
    paths = [
        first if arm in ("size0", "size1", "size2") else path
        for arm, path in zip(lists["arms"], lists["predictions"], strict=True)
    ]
    runs = shifted_study.runs({**lists, "predictions": paths})
    found = measure_shifts(study(baselines=["size0", "size1", "size2"]), runs, 20)
    assert "all baselines have the same in-distribution accuracy" in found["sketch"].undefined["diverse"]


def test_test_sets_without_a_class_in_common_are_refused(lists, tmp_path):
    paths = []
    for path in lists["predictions"]:
        frame = pd.read_parquet(path)
        other = frame["testset"] == "sketch"
        frame.loc[other, ["label", "prediction"]] = frame.loc[other, ["label", "prediction"]] + "x"
        write_predictions(tmp_path / path.name, frame)
        paths.append(tmp_path / path.name)
    runs = shifted_study.runs({**lists, "predictions": paths})
    with pytest.raises(UserError, match="test sets 'photo' and 'sketch' share no class"):
        measure_shifts(study(), runs, 20)
