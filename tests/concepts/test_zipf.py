"""Zipf's exponent: exact power laws, and how often its interval holds the truth."""

import numpy as np
import pytest

from clipcause.concepts.zipf import FEWEST, Z, fit_zipf

CONCEPTS, SIMULATIONS = 200, 400


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.7])
def test_an_exact_power_law_gives_its_exponent(exponent):
    sizes = 1e9 * (np.arange(1, 2_001) - 0.5) ** -exponent
    fitted = fit_zipf(sizes)
    assert fitted.exponent == pytest.approx(exponent, rel=1e-9)
    assert fitted.scale == pytest.approx(1e9, rel=1e-6)
    assert fit_zipf(np.round(1e9 * np.arange(1.0, 2_001) ** -exponent)).exponent == pytest.approx(exponent, rel=0.03)


def test_the_interval_by_hand():
    """b = 1/s with standard error b sqrt(2/C); the ends of s are those of b, inverted."""
    fitted = fit_zipf(np.array([1000, 300, 200, 90, 70, 30, 20, 10, 0, 0]))
    slope = 1 / fitted.exponent
    error = Z * slope * np.sqrt(2 / 8)
    assert (fitted.low, fitted.high) == pytest.approx((1 / (slope + error), 1 / (slope - error)))
    assert 0 < fitted.low < fitted.exponent < fitted.high


def test_order_and_concepts_that_do_not_occur_are_nothing():
    sizes = np.array([1000, 300, 200, 90, 70, 30, 20, 10])
    shuffled = np.random.default_rng(0).permutation(np.concatenate([sizes, np.zeros(50, int)]))
    assert fit_zipf(shuffled) == fit_zipf(sizes)


def test_twice_the_captions_are_no_other_exponent():
    sizes = np.array([1000, 300, 200, 90, 70, 30, 20, 10])
    one, two = fit_zipf(sizes), fit_zipf(2 * sizes)
    assert two[:3] == pytest.approx(one[:3]) and two.scale == pytest.approx(2 * one.scale)


@pytest.mark.parametrize("exponent", [0.7, 1.2])
def test_the_interval_holds_the_truth_in_95_of_100_worlds(exponent):
    chance = np.random.default_rng(0)
    sizes = 1e6 * chance.uniform(size=(SIMULATIONS, CONCEPTS)) ** -exponent  # Pareto's law with b = 1/exponent
    fitted = [fit_zipf(world) for world in sizes]
    holds = np.mean([fit.low <= exponent <= fit.high for fit in fitted])
    assert 0.92 <= holds <= 0.98
    assert np.mean([1 / fit.exponent for fit in fitted]) == pytest.approx(1 / exponent, rel=0.02)


@pytest.mark.parametrize(
    "counts", [[], [0] * 20, [5], [3, 2, 1, 0, 0, 0, 0, 0, 0, 0], [7] * 20, list(range(1, FEWEST)) + [0] * 9]
)
def test_too_few_or_equal_counts_have_none(counts):
    assert fit_zipf(np.array(counts, dtype=np.int64)) is None


def test_the_fewest_concepts_have_one():
    assert fit_zipf(np.arange(1, FEWEST + 1)) is not None
