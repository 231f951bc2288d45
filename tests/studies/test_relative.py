"""The difference of two relative cuts: by hand, against the ratio in small steps, and its coverage."""

import numpy as np
import pytest

from clipcause.errors import UserError
from clipcause.studies.intervals import ArmValues, contrast_interval
from clipcause.studies.relative import difference_of_cuts


def arm(values, resampled=None):
    values = np.array(values, dtype=float)
    return ArmValues("clip", values, np.repeat(values[None], 4, axis=0) if resampled is None else resampled)


def test_by_hand():
    # RB from 0.4 to 0.1, a cut of 75 %; AB from 0.2 to 0.15, a cut of 25 %.
    rb = {"raw": arm([0.4, 0.4]), "balanced": arm([0.1, 0.1])}
    ab = {"raw": arm([0.2, 0.2]), "balanced": arm([0.15, 0.15])}
    found = difference_of_cuts(rb, ab, "raw", "balanced")
    assert found.value == pytest.approx(0.5)
    assert found.standard_error == pytest.approx(0)


def test_only_the_arm_after_varies_like_its_contrast_over_what_was_before():
    rb = {"raw": arm([0.4, 0.4, 0.4]), "balanced": arm([0.1, 0.2, 0.15])}
    ab = {"raw": arm([0.2, 0.2, 0.2]), "balanced": arm([0.1, 0.1, 0.1])}
    found = difference_of_cuts(rb, ab, "raw", "balanced")
    plain = contrast_interval({"balanced": 1.0}, {"balanced": rb["balanced"]})
    assert found.standard_error == pytest.approx(plain.standard_error / 0.4)


def test_what_both_measures_of_a_run_share_drops_out():
    """Every run's two measures rise and fall by the same factor: the cuts differ by 0, whatever the runs."""
    random = np.random.default_rng(0)
    factors = {name: random.uniform(0.9, 1.1, 3) for name in ("raw", "balanced")}
    rb, ab = ({name: arm(start * factors[name]) for name in factors} for start in (0.4, 0.02))
    found = difference_of_cuts(rb, ab, "raw", "balanced")
    assert found.value == pytest.approx(0)
    assert found.standard_error == pytest.approx(0)


def test_covers_the_difference_of_ratios_in_simulated_studies():
    """Seeds 10 % apart and test samples that are shared: 1,000 studies, a chance of 1.4 points either way."""
    random = np.random.default_rng(1)
    studies = 1000
    truth = {"rb": {"raw": 0.4, "balanced": 0.1}, "ab": {"raw": 0.2, "balanced": 0.15}}
    measures = {}
    for name, means in truth.items():
        measures[name] = {}
        luck, again = random.normal(0, 0.03, studies), random.normal(0, 0.03, (200, 1, studies))
        for which, mean in means.items():
            values = mean * (1 + luck + random.normal(0, 0.1, (3, studies)))
            measures[name][which] = arm(values, values * (1 + again))
    found = difference_of_cuts(measures["rb"], measures["ab"], "raw", "balanced")
    assert np.mean((found.low <= 0.5) & (found.high >= 0.5)) == pytest.approx(0.95, abs=0.025)


def test_nothing_to_cut_is_refused():
    rb = {"raw": arm([0.0, 0.0]), "balanced": arm([0.1, 0.1])}
    with pytest.raises(UserError, match="not above 0 in arm 'raw'"):
        difference_of_cuts(rb, rb, "raw", "balanced")
