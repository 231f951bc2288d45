"""Verdicts: their rule, and simulated studies with the cause planted and removed."""

import numpy as np
import pytest
from synthetic_study import ARMS, study, write_study

from clipcause.errors import UserError
from clipcause.studies.claims import smallest_effect, verdict
from clipcause.studies.compare import compare
from clipcause.studies.intervals import Interval
from clipcause.studies.runs import read_runs


@pytest.mark.parametrize(
    ("low", "high", "expect", "expected"),
    [
        (0.11, 0.50, "above", "supported"),
        (0.05, 0.50, "above", "inconclusive"),
        (-0.3, 0.09, "above", "not supported"),
        (-0.09, 0.50, "at_least", "supported"),
        (-0.11, 0.50, "at_least", "inconclusive"),
        (-0.30, -0.11, "at_least", "not supported"),
        (-0.09, 0.09, "about_zero", "supported"),
        (-0.09, 0.11, "about_zero", "inconclusive"),
        (-0.30, 0.30, "about_zero", "inconclusive"),
        (0.11, 0.30, "about_zero", "not supported"),
        (-0.3, -0.11, "about_zero", "not supported"),
    ],
)
def test_verdict_at_a_margin_of_one_tenth(low, high, expect, expected):
    assert verdict(low, high, expect, margin=0.1) == expected


def test_smallest_effect():
    one = np.float64(1.0)
    interval = Interval(one, one, one, one, np.float64(0.0), np.float64(np.inf), 3)
    assert smallest_effect(interval, "above", 0.5) == pytest.approx(0.5 + 1.960 + 0.842, abs=1e-3)
    assert smallest_effect(interval, "at_least", 0.5) == pytest.approx(1.960 + 0.842, abs=1e-3)
    assert smallest_effect(interval, "about_zero", 0.5) == pytest.approx(1.960 + 1.282, abs=1e-3)


def verdicts(tmp_path, arms, claims=None, **options):
    settings = study(options.get("testsets", ["balanced"]), claims=claims)
    settings["arms"] = {arm: {} for arm in arms}
    runs = read_runs(**write_study(tmp_path, arms, **options), testsets=settings["testsets"], readouts=["own"])
    _, _, judged, _ = compare(settings, runs, resamples=200)
    return {claim["name"]: claim for claim in judged}


def test_planted_cause_is_found(tmp_path):
    found = verdicts(tmp_path, ARMS, per_class=50)
    assert found["clip_less_biased"]["verdict"] == "supported"
    assert found["imbalance_is_the_cause"]["verdict"] == "supported"
    assert found["clip_less_biased"]["low"] < found["clip_less_biased"]["estimate"] < found["clip_less_biased"]["high"]


def test_removed_cause_is_not_found(tmp_path):
    arms = {arm: (family, 0.9, margin) for arm, (family, _, margin) in ARMS.items()}
    found = verdicts(tmp_path, arms, per_class=50)
    assert found["imbalance_is_the_cause"]["verdict"] == "not supported"
    assert found["clip_less_biased"]["verdict"] in ("not supported", "inconclusive")


def test_about_zero(tmp_path):
    claim = {"statement": "x", "measure": "accuracy", "testset": "balanced", "readout": "own", "attribute": None}
    claim |= {"expect": "about_zero", "margin": 0.1}
    same = {"same": {**claim, "contrast": {"a": 1, "b": -1}}, "other": {**claim, "contrast": {"a": 1, "c": -1}}}
    arms = {"a": ("clip", 0.3, 3.0), "b": ("clip", 0.3, 3.001), "c": ("clip", 0.3, 1.5)}
    found = verdicts(tmp_path, arms, claims=same, per_class=50)
    assert {name: claim["verdict"] for name, claim in found.items()} == {"same": "supported", "other": "not supported"}
    assert 0 < found["same"]["smallest_effect"] < 0.1


def test_at_least(tmp_path):
    """One is as good as the other, one is better, and one is worse by more than the margin."""
    claim = {"statement": "x", "measure": "accuracy", "testset": "balanced", "readout": "own", "attribute": None}
    claim |= {"expect": "at_least", "margin": 0.1}
    contrasts = {"same": {"a": 1, "b": -1}, "better": {"a": 1, "c": -1}, "worse": {"c": 1, "a": -1}}
    arms = {"a": ("clip", 0.3, 3.0), "b": ("clip", 0.3, 3.001), "c": ("clip", 0.3, 1.5)}
    claims = {name: {**claim, "contrast": contrast} for name, contrast in contrasts.items()}
    found = verdicts(tmp_path, arms, claims=claims, per_class=50)
    assert [each["verdict"] for each in found.values()] == ["supported", "supported", "not supported"]
    assert 0 < found["same"]["smallest_effect"] < 0.1


ERRORS = {
    "statement": "x",
    "measure": None,
    "testset": ["balanced", "photo"],
    "readout": "own",
    "attribute": None,
    "contrast": None,
    "cut": {"of": "corr_pred", "than": "accuracy", "before": "supervised", "after": "supervised_balanced"},
    "expect": "above",
    "margin": 0.2,
}


def test_a_relative_cut_that_is_planted_and_one_that_is_removed(tmp_path):
    """Balancing cuts the correlation with frequency, and accuracy not; of data without bias it cuts neither."""
    found = verdicts(tmp_path, ARMS, claims={"cut": ERRORS}, testsets=["balanced", "photo"], per_class=40)["cut"]
    assert found["verdict"] == "supported" and found["measure"] is None
    same = ERRORS["cut"] | {"of": "accuracy"}
    claims = {"cut": {**ERRORS, "cut": same}, "about": {**ERRORS, "cut": same, "expect": "about_zero"}}
    found = verdicts(tmp_path, ARMS, claims=claims, testsets=["balanced", "photo"], per_class=40)
    assert found["cut"]["estimate"] == pytest.approx(0)
    assert [found[name]["verdict"] for name in claims] == ["not supported", "supported"]


def test_what_is_not_above_zero_cannot_be_cut(tmp_path):
    arms = {"a": ("clip", -0.9, 3.0), "b": ("clip", 0.3, 3.0)}
    cut = {"cut": {**ERRORS["cut"], "before": "a", "after": "b"}, "testset": "balanced"}
    claim = verdicts(tmp_path, arms, claims={"cut": ERRORS | cut}, seeds=2, per_class=10)["cut"]
    assert (claim["verdict"], claim["estimate"]) == ("inconclusive", None)
    assert claim["reason"] == "corr_pred is not above 0 in arm a, so there is nothing to cut"


def test_claims_beyond_the_size_and_beyond_the_data(tmp_path):
    claims = study()["claims"]
    larger = claims["clip_less_biased"] | {"contrast": {"clip_large": 1, "clip": -1}, "preset": "my presets/full.yaml"}
    unheard = dict.fromkeys(larger) | {"statement": "x", "cannot_be_asked": "no pool shows it"}
    claims |= {"larger": larger, "unheard": unheard, "preset_not_needed": claims["clip_less_biased"]}
    claims["preset_not_needed"] = claims["preset_not_needed"] | {"preset": "full.yaml"}
    found = verdicts(tmp_path, ARMS, claims=claims, per_class=20)
    assert list(found) == list(claims)
    assert (found["larger"]["verdict"], found["larger"]["estimate"]) == ("not run", None)
    assert found["larger"]["command"] == "snakemake --configfile config.yaml 'my presets/full.yaml' --cores all STUDY"
    assert (found["unheard"]["verdict"], found["unheard"]["reason"]) == ("not asked", "no pool shows it")
    assert found["preset_not_needed"]["estimate"] == found["clip_less_biased"]["estimate"]
    assert found["preset_not_needed"]["command"] is None


def test_a_claim_on_an_undefined_measure_is_inconclusive_and_says_why(tmp_path):
    claims = {
        "unseen": {
            "statement": "x",
            "measure": "accuracy_unseen",
            "testset": "balanced",
            "readout": "own",
            "attribute": None,
            "contrast": {"a": 1, "b": -1},
            "expect": "above",
            "margin": 0.0,
        }
    }
    arms = {"a": ("clip", 0.3, 3.0), "b": ("clip", 0.3, 2.0)}
    claim = verdicts(tmp_path, arms, claims=claims, seeds=1, per_class=5)["unseen"]
    assert claim["verdict"] == "inconclusive"
    assert claim["estimate"] is None
    assert "every class" in claim["reason"]


@pytest.mark.parametrize(
    ("key", "value", "nearest"),
    [
        ("measure", "corr_prd", "corr_pred"),
        ("measure", "class_accuracy", "accuracy"),
        ("testset", "balance", "balanced"),
        ("readout", "onw", "own"),
        ("contrast", {"supervized": 1}, "supervised"),
    ],
)
def test_an_unknown_name_in_a_claim_offers_the_nearest(tmp_path, key, value, nearest):
    claims = study()["claims"]
    claims["clip_less_biased"][key] = value
    with pytest.raises(UserError, match=rf"clip_less_biased.*did you mean '.*{nearest}.*'"):
        verdicts(tmp_path, ARMS, claims=claims, seeds=1, per_class=2)
