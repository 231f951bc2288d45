"""Intervals: by hand, against the model's variances, and their coverage on simulated studies."""

import numpy as np
import pytest
from coverage_simulation import SCENARIOS, coverage
from scipy.stats import t

from clipcause.studies.intervals import ArmValues, contrast_interval, detectable, sample_interval


def arm(values, family="clip", resampled=None, **options):
    values = np.array(values, dtype=float)
    if resampled is None:
        resampled = np.repeat(values[None], 4, axis=0)  # the test samples play no part
    return ArmValues(family, values, np.asarray(resampled, dtype=float), **options)


def test_seeds_alone_give_the_pooled_t_interval():
    # Squares about the means: 2 and 8, so the pooled variance is 10 / 4 with 4 degrees of freedom.
    arms = {"a": arm([1, 2, 3]), "b": arm([4, 6, 8]), "other": arm([0, 100, 7], family="supervised")}
    found = contrast_interval({"b": 1, "a": -1}, arms)
    error = np.sqrt(2.5 / 3 + 2.5 / 3)
    assert found.value == 4
    assert found.standard_error == pytest.approx(error)
    assert found.degrees_of_freedom == pytest.approx(4)
    assert [found.low, found.high] == pytest.approx([4 - t.ppf(0.975, 4) * error, 4 + t.ppf(0.975, 4) * error])
    assert found.seeds == 3


def test_arms_outside_the_contrast_help_to_pool():
    assert contrast_interval({"a": 1}, {"a": arm([1, 2, 3])}).degrees_of_freedom == pytest.approx(2)
    arms = {"a": arm([1, 2, 3]), "b": arm([4, 6, 8])}
    assert contrast_interval({"a": 1}, arms).degrees_of_freedom == pytest.approx(4)


def test_two_families_add_by_welch_and_satterthwaite():
    arms = {"a": arm([1, 2, 3]), "b": arm([0, 10, 20], family="supervised")}
    found = contrast_interval({"a": 1, "b": -1}, arms)
    parts = np.array([1 / 3, 100 / 3])
    assert found.standard_error**2 == pytest.approx(parts.sum())
    assert found.degrees_of_freedom == pytest.approx(parts.sum() ** 2 / (parts**2 / 2).sum())


def test_spread_scales_the_pooled_variance_to_each_arm():
    # In units of their spreads both arms vary alike: -1, 0, 1.
    arms = {"a": arm([1, 2, 3], spread=1.0), "b": arm([0, 10, 20], spread=10.0)}
    assert contrast_interval({"a": 1}, arms).standard_error == pytest.approx(np.sqrt(1 / 3))
    assert contrast_interval({"b": 1}, arms).standard_error == pytest.approx(np.sqrt(100 / 3))


def test_one_seed_leaves_the_sample_part_and_says_so():
    resampled = np.array([[0.4], [0.6], [0.5], [0.3], [0.7]])
    found = contrast_interval({"a": 1}, {"a": arm([0.5], resampled=resampled)})
    assert found.seeds == 1
    assert found.degrees_of_freedom == np.inf
    assert found.standard_error == pytest.approx(resampled.std(ddof=1))
    low, high = sample_interval(arm([0.5], resampled=resampled))
    assert [low[0], high[0]] == pytest.approx([found.low, found.high])


def test_pairing_removes_what_arms_share():
    random = np.random.default_rng(0)
    luck = random.normal(0, 1, (500, 1))
    arms = {name: arm([5.0], resampled=5 + luck) for name in "ab"}
    assert contrast_interval({"a": 1, "b": -1}, arms).standard_error == pytest.approx(0)


def test_variance_of_the_model_is_found():
    """m_as = d_a + u_as + e_as with known variances: the mean estimated variance is the true one."""
    random = np.random.default_rng(3)
    studies, seeds, count, d, u, e = 400, 3, 300, 0.5, 0.8, 1.1
    luck = random.normal(0, d, (1, studies)) + random.normal(0, e, (seeds, studies))
    values = luck + random.normal(0, u, (seeds, studies))
    resampled = values + random.normal(0, d, (count, 1, studies)) + random.normal(0, e, (count, seeds, studies))
    found = contrast_interval({"a": 1}, {"a": arm(values, resampled=resampled)})
    assert (found.standard_error**2).mean() == pytest.approx(d**2 + (u**2 + e**2) / seeds, rel=0.1)


def test_variance_is_at_least_that_of_the_test_samples():
    resampled = np.random.default_rng(0).normal(0, 1, (1000, 3))
    found = contrast_interval({"a": 1}, {"a": arm([1.0, 1.0, 1.0], resampled=resampled)})
    assert found.standard_error == pytest.approx(resampled.mean(axis=1).std(ddof=1))


def test_trailing_axes_are_independent_measures():
    random = np.random.default_rng(0)
    values, resampled = random.normal(size=(3, 5)), random.normal(size=(50, 3, 5))
    together = contrast_interval({"a": 1}, {"a": arm(values, resampled=resampled)})
    for column in range(5):
        alone = contrast_interval({"a": 1}, {"a": arm(values[:, column], resampled=resampled[..., column])})
        assert together.high[column] == pytest.approx(alone.high)


def test_detectable_is_two_point_eight_standard_errors():
    resampled = np.random.default_rng(0).normal(0, 1, (4000, 1))
    found = contrast_interval({"a": 1}, {"a": arm([0.0], resampled=resampled)})
    assert detectable(found, power=0.8) == pytest.approx(2.80 * found.standard_error, rel=0.002)


@pytest.mark.parametrize("name", ["seeds and samples", "samples dominate"])
def test_intervals_cover_the_truth_in_19_of_20_simulated_studies(name):
    """A short run of coverage_simulation.py; 300 studies leave a chance of about 2.5 points either way."""
    table = coverage(SCENARIOS[name], studies=300, count=100)
    found = {key: round(float(row["coverage"]), 3) for key, row in table.items()}
    assert all(0.90 <= share <= 0.99 for share in found.values()), found
    assert 0.93 <= np.mean(list(found.values())) <= 0.97, found


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_coverage_is_93_to_97_percent_on_average_in_a_long_run(name):
    """1,000 studies leave a chance of 1.4 points either way for each measure and contrast, and less for their mean.

    Two scenarios are known to strain the method: where arms of a family vary unequally, pooling costs one arm's
    accuracy up to 5 points; where the noise of each run dominates, rank correlations are covered by up to 99 %.
    """
    found = {key: round(float(row["coverage"]), 3) for key, row in coverage(SCENARIOS[name], studies=1000).items()}
    assert all((0.89 if name == "unequal arms" else 0.91) <= share <= 0.99 for share in found.values()), found
    assert 0.93 <= np.mean(list(found.values())) <= 0.97, found
