"""Every kind of claim that reads features and groups: its verdict with the cause planted, and with it removed.

Each case is 40 simulated studies of two arms with three seeds. Planted, nearly all must be supported; removed, hardly
any may be (2.5 % for "above", whose margin the removed effect lies below; none here for "about_zero").
"""

from collections import Counter

import numpy as np
import pytest
from measure_simulation import arms_of, robust_study

from clipcause.evaluation.weighting import weighted_mean
from clipcause.studies.claims import ABOUT_ZERO, ABOVE, NOT_SUPPORTED, SUPPORTED, verdict
from clipcause.studies.intervals import ArmValues, contrast_interval
from clipcause.studies.relative import difference_of_cuts
from clipcause.studies.resampling import resamples
from clipcause.studies.robustness_intervals import robustness_interval

STUDIES = 40
LOWERED = {"raw": 1.0, "changed": -1.0}
RAISED = {"changed": 1.0, "raw": -1.0}


def verdicts(interval, expect, margin):
    """How often each verdict falls, interval: a function of the study's number."""
    found = [interval(seed) for seed in range(STUDIES)]
    return Counter(verdict(float(one.low), float(one.high), expect, margin) for one in found)


def measured(name, measure, contrast, effect):
    return lambda seed: contrast_interval(contrast, arms_of(name, seed, effect)[measure])


def robust(effect, scatter=0.03):
    def interval(seed):
        arms, families, baselines = robust_study(seed, scatter, effect)
        return robustness_interval(RAISED, families, arms, baselines)

    return interval


# measure, contrast, planted effect, margin of "above", margin of "about_zero"
CLAIMS = {
    "balancing lowers RB": ("bias", "RB", LOWERED, 0.9, 0.02, 0.16),
    "balancing lowers AB": ("bias", "AB mean", LOWERED, 0.9, 0.01, 0.055),
    "retrieval falls": ("retrieval", "image recall @1", LOWERED, 0.9, 0.05, 0.25),
    "retrieval of text falls": ("retrieval", "text recall @5", LOWERED, 0.9, 0.05, 0.26),
    "the gap between groups closes": ("groups", "gap", LOWERED, 1.7, 0.05, 0.3),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_above(claim):
    name, measure, contrast, effect, margin, _ = CLAIMS[claim]
    planted = verdicts(measured(name, measure, contrast, effect), ABOVE, margin)
    assert planted[SUPPORTED] >= 0.8 * STUDIES and planted[NOT_SUPPORTED] == 0
    removed = verdicts(measured(name, measure, contrast, 0.0), ABOVE, margin)
    assert removed[SUPPORTED] <= 0.05 * STUDIES


@pytest.mark.parametrize("claim", CLAIMS)
def test_about_zero(claim):
    """The same measures where nothing should change: "about zero" holds without the cause and falls with it."""
    name, measure, contrast, effect, _, margin = CLAIMS[claim]
    removed = verdicts(measured(name, measure, contrast, 0.0), ABOUT_ZERO, margin)
    assert removed[SUPPORTED] >= 0.7 * STUDIES
    planted = verdicts(measured(name, measure, contrast, effect), ABOUT_ZERO, margin)
    assert planted[SUPPORTED] <= 0.05 * STUDIES


def test_the_diverse_pool_raises_effective_robustness():
    planted = verdicts(robust(effect=1.2), ABOVE, 2.0)
    assert planted[SUPPORTED] >= 0.8 * STUDIES and planted[NOT_SUPPORTED] == 0
    removed = verdicts(robust(effect=0.0), ABOVE, 2.0)
    assert removed[SUPPORTED] <= 0.05 * STUDIES


def test_another_cause_changes_effective_robustness_by_about_nothing():
    assert verdicts(robust(effect=0.0), ABOUT_ZERO, 20.0)[SUPPORTED] >= 0.7 * STUDIES
    assert verdicts(robust(effect=1.2), ABOUT_ZERO, 20.0)[SUPPORTED] <= 0.05 * STUDIES


def test_representation_bias_is_cut_more_than_association_bias():
    """Planted: RB loses most of itself, AB, of a study without effect, nothing. Removed: both measures are one."""

    def planted(seed):
        rb, ab = arms_of("bias", seed, 0.9)["RB"], arms_of("bias", seed, 0.0)["AB mean"]
        return difference_of_cuts(rb, ab, "raw", "changed")

    def removed(seed):
        found = arms_of("bias", seed, 0.9)
        return difference_of_cuts(found["AB mean"], found["AB mean"], "raw", "changed")

    assert verdicts(planted, ABOVE, 0.05)[SUPPORTED] >= 0.8 * STUDIES
    assert verdicts(removed, ABOVE, 0.05)[NOT_SUPPORTED] == STUDIES


def retained(kept):
    """A claim that pruning keeps 75 % of the control's gain over the reference: pruned - 0.75 control - 0.25 reference.

    Accuracy of 400 images: the reference at 0.4, the control at 0.7, the pruned arm between them by `kept`.
    """
    contrast = {"pruned": 1.0, "control": -0.75, "reference": -0.25}

    def interval(seed):
        random = np.random.default_rng([seed, 17])
        weights = np.concatenate(list(resamples(np.zeros(400, dtype=int), 200, seed)))
        hard = random.random(400)
        arms = {}
        for arm, accuracy in {"pruned": 0.4 + 0.3 * kept, "control": 0.7, "reference": 0.4}.items():
            ability = accuracy + random.normal(0, 0.01, (3, 1)) + random.normal(0, 0.1, (3, 400))
            right = (hard < ability).astype(float)
            arms[arm] = ArmValues("clip", right.mean(axis=1), weighted_mean(right.T, weights))
        return contrast_interval(contrast, arms)

    return interval


def test_pruning_keeps_most_of_the_gain():
    assert verdicts(retained(1.0), ABOVE, 0.0)[SUPPORTED] >= 0.8 * STUDIES
    assert verdicts(retained(0.4), ABOVE, 0.0)[NOT_SUPPORTED] >= 0.8 * STUDIES
