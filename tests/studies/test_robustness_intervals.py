"""Intervals of effective robustness of our own runs: their parts, one by one, and their coverage."""

import numpy as np
import pytest
from measure_simulation import robust_coverage, robust_study
from scipy.optimize import curve_fit
from scipy.special import expit, logit
from scipy.stats import t

from clipcause.studies.intervals import contrast_interval
from clipcause.studies.robustness import Counts
from clipcause.studies.robustness_intervals import SampledCounts, line_variance, robustness_interval, robustness_values

TOTAL = 1e9  # so many that (k + 0.5) / (n + 1) is the accuracy


def exact(id_logits, shift_logits):
    """Models whose resamples do not move."""
    observed = Counts(expit(id_logits) * TOTAL, TOTAL, expit(shift_logits) * TOTAL, TOTAL)
    again = [np.repeat(np.atleast_1d(k)[None], 5, axis=0) for k in (observed.id_correct, observed.shift_correct)]
    return SampledCounts(observed, Counts(again[0], TOTAL, again[1], TOTAL))


X = np.array([-0.5, 0.0, 0.4, 0.9, 1.3, 1.5])
Y = 0.8 * X - 0.5 + np.array([0.1, -0.2, 0.05, 0.1, -0.15, 0.1])
BASELINES = exact(X, Y)


def test_without_luck_of_samples_and_seeds_the_line_is_all_there_is():
    """Against the covariance of scipy's fit, for one model and for the difference of two."""
    (slope, intercept), covariance = curve_fit(lambda x, a, b: a * x + b, X, Y)
    arms = {"a": exact(np.array([0.7]), np.array([0.4])), "b": exact(np.array([-0.2]), np.array([-0.3]))}

    def gradient(at):
        p = expit(slope * at + intercept)
        return 100 * p * (1 - p) * np.array([at, 1.0])

    for contrast, g in (({"a": 1.0}, gradient(0.7)), ({"a": 1.0, "b": -1.0}, gradient(0.7) - gradient(-0.2))):
        expected = g @ covariance @ g
        assert line_variance(contrast, arms, BASELINES) == pytest.approx(expected, rel=1e-4)
        found = robustness_interval(contrast, dict.fromkeys(arms, "clip"), arms, BASELINES)
        assert found.standard_error**2 == pytest.approx(expected, rel=1e-4)
        assert found.degrees_of_freedom == pytest.approx(4)
        assert found.high - found.value == pytest.approx(t.ppf(0.975, 4) * np.sqrt(expected), rel=1e-4)


def test_arms_of_equal_id_accuracy_are_compared_without_the_line():
    """Of "more accurate off distribution at equal ID accuracy": whatever the line is, it drops out."""
    arms = {"a": exact(np.array([0.7]), np.array([0.4])), "b": exact(np.array([0.7]), np.array([0.1]))}
    found = robustness_interval({"a": 1.0, "b": -1.0}, dict.fromkeys(arms, "clip"), arms, BASELINES)
    assert found.value == pytest.approx(100 * (expit(0.4) - expit(0.1)))
    assert found.standard_error == pytest.approx(0, abs=1e-3)


def test_the_line_is_fitted_again_on_every_resample():
    arms, families, baselines = robust_study(seed=1, scatter=0.1)
    values = robustness_values(families, arms, baselines)["raw"]
    once = Counts(
        baselines.resampled.id_correct[3],
        baselines.resampled.id_total,
        baselines.resampled.shift_correct[3],
        baselines.resampled.shift_total,
    )
    slope, intercept = np.polyfit(once.id_logit, logit(once.shift_accuracy), 1)
    arm = arms["raw"].resampled
    expected = 100 * (arm.shift_accuracy[3] - expit(slope * arm.id_logit[3] + intercept))
    assert values.resampled[3] == pytest.approx(expected)


def test_the_interval_is_that_of_samples_and_seeds_with_the_line_added():
    arms, families, baselines = robust_study(seed=2, scatter=0.2)
    contrast = {"changed": 1.0, "raw": -1.0}
    without = contrast_interval(contrast, robustness_values(families, arms, baselines))
    found = robustness_interval(contrast, families, arms, baselines)
    line = line_variance(contrast, arms, baselines)
    assert line > 0
    assert found.value == without.value
    assert found.standard_error**2 == pytest.approx(without.standard_error**2 + line)


def test_degrees_of_freedom_are_at_least_those_of_the_seeds():
    """On a resample one seed loses what the other gains, as with a baseline, whose line follows its mean: the variance
    between seeds is then all the luck of single seeds on these samples, and what is left of it is nearly nothing."""
    arms = {}
    for arm, x in {"a": 0.2, "b": 0.8}.items():
        still = exact(np.array([x, x]), np.array([x - 0.06, x + 0.06]))
        moved = np.array([0.02, -0.01, 0.0, 0.01, -0.02])[:, None] * [1, -1]
        correct = still.observed.shift_correct * (1 + 1.6 * moved)
        arms[arm] = SampledCounts(still.observed, Counts(still.resampled.id_correct, TOTAL, correct, TOTAL))
    families = dict.fromkeys(arms, "supervised")
    without = contrast_interval({"a": 1.0}, robustness_values(families, arms, BASELINES))
    assert without.seed_variance > 0 and without.degrees_of_freedom < 1
    found = robustness_interval({"a": 1.0}, families, arms, BASELINES)
    assert found.degrees_of_freedom >= 2  # of two arms with two seeds; of the line 4
    assert found.high - found.value <= t.ppf(0.975, 2) * found.standard_error * (1 + 1e-9)


def test_scatter_that_the_test_samples_explain_counts_once():
    """Baselines exactly on a line, seen through 300 samples: on average little scatter is left to the line."""
    left = {
        scatter: np.mean([line_variance({"changed": 1.0}, *_study(seed, scatter)) for seed in range(40)])
        for scatter in (0.0, 0.4)
    }
    assert left[0.0] < 0.1 * left[0.4]


def _study(seed, scatter):
    arms, _, baselines = robust_study(seed, scatter)
    return arms, baselines


@pytest.mark.parametrize("scatter", [0.05, 0.2])
def test_intervals_cover_the_truth_in_19_of_20_simulated_studies(scatter):
    """300 studies leave a chance of about 2.5 points either way; measure_simulation.py runs more."""
    table = robust_coverage(scatter, studies=300)
    assert all(0.925 <= row["coverage"] <= 0.98 for row in table.values()), table
