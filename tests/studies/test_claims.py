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
    assert smallest_effect(interval, "about_zero", 0.5) == pytest.approx(1.960 + 1.282, abs=1e-3)


def verdicts(tmp_path, arms, claims=None, **options):
    settings = study(claims=claims)
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
