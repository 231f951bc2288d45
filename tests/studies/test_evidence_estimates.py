"""Measures of evidence in studies: their intervals, and claims on them."""

import numpy as np
import pandas as pd
import pytest
from synthetic_study import study, write_study

from clipcause.errors import UserError
from clipcause.evaluation.evidence import Evidence, EvidenceKey, TestSetEvidence, write_evidence
from clipcause.evaluation.weighting import weighted_mean
from clipcause.studies.compare import compare
from clipcause.studies.intervals import ArmValues, contrast_interval
from clipcause.studies.resampling import resamples, resampling_seed
from clipcause.studies.runs import read_runs

ARMS = {"raw": ("clip", 0.0, 2.0), "fair": ("clip", 0.0, 2.1), "mute": ("supervised", 0.0, 2.0)}
TESTSETS = ["balanced", "pairs"]
STRATA = np.repeat(np.arange(24), 2)
SAMPLES = len(STRATA)
MUTE = "the objective supervised trains no text tower to ask in words"


def claim(measure, contrast, **given):
    about = {"statement": "x", "testset": "balanced", "readout": None, "attribute": None}
    return about | {"measure": measure, "contrast": contrast, "expect": "above", "margin": 0.02} | given


CLAIMS = {
    "fairer": claim("rb", {"raw": 1, "fair": -1}, attribute="gold"),
    "mute": claim("rb", {"raw": 1, "mute": -1}, attribute="gold"),
    "collapsed": claim("nc1", {"raw": 1, "fair": -1}),
    "found": claim("recall_text_1", {"fair": 1}, testset="pairs"),
    "absent": claim("recall_text_1", {"fair": 1}),
}


def probability(arm, seed):
    random = np.random.default_rng([seed, len(arm)])
    shared = np.random.default_rng(4).normal(0, 0.1, SAMPLES)
    return np.clip({"raw": 0.8, "fair": 0.55}[arm] + shared + random.normal(0, 0.05, SAMPLES), 0, 1)


@pytest.fixture
def lists(tmp_path):
    """A study on a test set of classes and one of captions, with evidence of the first one's bias and collapse."""

    def write(seeds=3, digest="one"):
        lists = write_study(tmp_path, ARMS, per_class=2, seeds=seeds)
        rows = zip(lists["arms"], lists["seeds"], lists["evidence"], strict=True)
        for number, (arm, seed, path) in enumerate(rows):
            kept = {
                EvidenceKey("collapse"): Evidence({"nc1": np.array([0.1, 0.3]) * (1 + (arm == "raw") + 0.01 * seed)})
            }
            bias = Evidence({}, None, "gold", MUTE)
            if arm != "mute":
                quantities = {"probability": probability(arm, seed), "group": np.full(SAMPLES, -1)}
                quantities |= {"target": np.array(0.5), "label_probabilities": np.full((SAMPLES, 2), 0.5)}
                bias = Evidence(quantities, None, "gold")
            kept[EvidenceKey("association", None, "gold")] = bias
            ranks = {"image_rank": np.arange(8) % 4 + 1, "caption_rank": np.ones(8), "caption_image": np.arange(8)}
            recall = {EvidenceKey("retrieval"): Evidence(ranks)}
            stored = {"balanced": TestSetEvidence(digest if number else "one", STRATA, kept)}
            write_evidence(path, stored | {"pairs": TestSetEvidence("pairs", np.zeros(8, int), recall)})
        return lists

    return write


def compared(lists, readouts=()):
    """Estimates and claims by name."""
    settings = study(TESTSETS, CLAIMS, readouts) | {"attributes": ["gold"]}
    runs = read_runs(**lists, testsets=TESTSETS, readouts=readouts, attributes=["gold"])
    estimates, _, judged, _ = compare(settings, runs, resamples=200)
    return estimates, {each["name"]: each for each in judged}


def test_an_estimate_is_what_the_function_and_the_interval_make_of_the_samples(lists):
    estimates, judged = compared(lists())
    weights = np.concatenate(list(resamples(STRATA, 200, resampling_seed("balanced"))))
    arms = {}
    for arm in ("raw", "fair"):
        p = [probability(arm, seed) for seed in range(3)]
        values = np.array([abs(each.mean() - 0.5) for each in p])
        resampled = np.stack([abs(weighted_mean(each, weights) - 0.5) for each in p], axis=1)
        arms[arm] = ArmValues("clip", values, resampled, 0.25 - values.mean() ** 2)
    expected = contrast_interval({"raw": 1, "fair": -1}, arms)
    found = judged["fairer"]
    assert found["estimate"] == pytest.approx(float(expected.value))
    assert (found["low"], found["high"]) == pytest.approx((float(expected.low), float(expected.high)))
    assert found["verdict"] == "supported" and found["low"] < 0.25 < found["high"]
    rows = estimates.query("measure == 'rb' and arm == 'raw'")
    assert rows["readout"].isna().all() and set(rows["attribute"]) == {"gold"}
    assert rows["seed"].tolist()[:3] == [0, 1, 2] and rows["value"].iloc[0] == pytest.approx(arms["raw"].values[0])
    assert (rows["low"] < rows["value"]).all() and (rows["value"] < rows["high"]).all()


def test_an_arm_without_evidence_says_why(lists):
    estimates, judged = compared(lists())
    assert estimates.query("measure == 'rb' and arm == 'mute'")["reason"].tolist() == [MUTE]
    assert (judged["mute"]["verdict"], judged["mute"]["reason"]) == ("inconclusive", MUTE)
    assert judged["absent"]["reason"] == "recall_text_1 is not measured on test set balanced"


def test_what_is_not_resampled_has_an_interval_over_seeds_alone(lists):
    estimates, judged = compared(lists())
    rows = estimates.query("measure == 'nc1' and arm == 'raw'")
    assert rows["value"].tolist() == pytest.approx([0.4, 0.402, 0.404, 0.402])
    assert rows["low"].isna().tolist() == [True, True, True, False]
    # Both arms' seeds are 0.002 apart; the spread of each is its own value, so the pooled factor is theirs.
    factor = (0.002 / 0.402) ** 2 + (0.002 / 0.202) ** 2
    error = np.sqrt((0.402**2 + 0.202**2) * factor / 2 / 3)
    assert judged["collapsed"]["standard_error"] == pytest.approx(error, rel=1e-6)
    assert judged["collapsed"]["verdict"] == "supported"


def test_one_seed_without_resamples_has_no_interval_and_no_verdict(lists):
    estimates, judged = compared(lists(seeds=1))
    rows = estimates.query("measure == 'nc1' and arm == 'raw'")
    assert rows["value"].tolist() == pytest.approx([0.4, 0.4])
    assert rows[["low", "high", "standard_error"]].isna().all(axis=None)
    assert judged["collapsed"]["verdict"] == "inconclusive" and "no arm has two" in judged["collapsed"]["reason"]
    assert judged["fairer"]["estimate"] is not None


def test_a_test_set_that_no_readout_answers_is_resampled_all_the_same(lists):
    estimates, judged = compared(lists())
    found = estimates.query("measure == 'recall_text_1' and arm == 'fair' and seed.isna()")
    assert found["testset"].tolist() == ["pairs"] and found["value"].tolist() == [0.25]
    assert judged["found"]["low"] < 0.25 < judged["found"]["high"]


def test_evidence_of_other_samples_is_refused(lists):
    with pytest.raises(UserError, match=r"safetensors: test set 'balanced' has other samples than in"):
        compared(lists(digest="other"))


def test_answers_are_resampled_as_without_evidence(lists, tmp_path):
    with_evidence = lists()
    asked = {"testsets": ["balanced"], "readouts": ["own"], "attributes": ["gold"]}
    for path in with_evidence["evidence"]:
        write_evidence(path.with_suffix(".none"), {})
    without = with_evidence | {"evidence": [path.with_suffix(".none") for path in with_evidence["evidence"]]}
    both = [compare(study(claims={}), read_runs(**each, **asked), resamples=50)[0] for each in (with_evidence, without)]
    shared = both[0][both[0]["readout"].notna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(shared, both[1])


def test_evidence_of_an_evaluator_that_is_not_given_is_refused(lists):
    runs = read_runs(**lists(), testsets=TESTSETS, readouts=[], attributes=["gold"])
    with pytest.raises(UserError, match="evidence of an evaluator association, which is not given; evaluate again"):
        compare(study(TESTSETS, {}, []), runs, resamples=20, evaluators={})
