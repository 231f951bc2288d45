"""The smallest effect that a claim could have shown: at that effect it is shown in about 80 % of simulated studies."""

import numpy as np
import pytest

from clipcause.studies.claims import SUPPORTED, smallest_effect, verdict
from clipcause.studies.intervals import ArmValues, contrast_interval

STUDIES, RESAMPLES, MARGIN = 4000, 200, 0.3
LUCK = {"seeds dominate": (0.1, 1.0, 0.3), "both": (0.5, 0.6, 0.3), "samples dominate": (1.0, 0.05, 0.05)}
"""Standard deviations of an arm's luck with the test samples, of a seed, and of a seed with the samples."""


def intervals(luck, effect, random, arms=4, seeds=3):
    """Intervals of arm 0 - arm 1 in STUDIES studies at once, where it is truly `effect`."""
    of_samples, of_seed, of_both = luck
    study = {}
    for number in range(arms):
        shared = random.normal(0, of_samples, (1, STUDIES)) + random.normal(0, of_both, (seeds, STUDIES))
        values = effect * (number == 0) + shared + random.normal(0, of_seed, (seeds, STUDIES))
        again = random.normal(0, of_samples, (RESAMPLES, 1, STUDIES)).astype(np.float32)
        again = again + random.normal(0, of_both, (RESAMPLES, seeds, STUDIES)).astype(np.float32)
        study[f"arm{number}"] = ArmValues("clip", values, values + again)
    return contrast_interval({"arm0": 1.0, "arm1": -1.0}, study)


def stated(found, expect):
    """What such studies state on average as their smallest effect."""
    return np.mean([smallest_effect(one, expect, MARGIN) for one in _each(found)])


def _each(found):
    fields = (
        *("value", "low", "high"),
        *("sample_variance", "seed_variance", "degrees_of_freedom"),
    )
    for number in range(STUDIES):
        yield type(found)(*(np.broadcast_to(getattr(found, name), STUDIES)[number] for name in fields), found.seeds)


def share(found, expect, margin):
    return np.mean(
        [verdict(low, high, expect, margin) == SUPPORTED for low, high in zip(found.low, found.high, strict=True)]
    )


@pytest.mark.parametrize("name", LUCK)
def test_the_smallest_effect_is_found_above_its_margin_in_four_of_five_studies(name):
    random = np.random.default_rng(3)
    effect = stated(intervals(LUCK[name], 0.0, random), "above")
    assert share(intervals(LUCK[name], effect, random), "above", MARGIN) == pytest.approx(0.80, abs=0.05)


@pytest.mark.parametrize("name", LUCK)
def test_an_effect_at_the_margin_is_hardly_ever_found_above_it(name):
    found = intervals(LUCK[name], MARGIN, np.random.default_rng(4))
    assert share(found, "above", MARGIN) == pytest.approx(0.025, abs=0.012)


@pytest.mark.parametrize("name", LUCK)
def test_a_true_zero_is_found_within_the_smallest_margin_in_four_of_five_studies(name):
    random = np.random.default_rng(5)
    found = intervals(LUCK[name], 0.0, random)
    margin = stated(found, "about_zero")
    assert share(found, "about_zero", margin) == pytest.approx(0.80, abs=0.07)


@pytest.mark.parametrize("name", LUCK)
def test_an_effect_at_the_margin_is_hardly_ever_called_about_zero(name):
    random = np.random.default_rng(6)
    margin = stated(intervals(LUCK[name], 0.0, random), "about_zero")
    assert share(intervals(LUCK[name], margin, random), "about_zero", margin) < 0.04
