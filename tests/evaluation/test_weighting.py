"""Weighted means, by hand and against repeated samples."""

import numpy as np
import pytest

from clipcause.evaluation.weighting import weighted_mean


def test_by_hand():
    values = np.array([1.0, 0, 5])
    assert weighted_mean(values).tolist() == [2]
    assert weighted_mean(values, np.array([[1.0, 3, 0], [0, 0, 2]])).tolist() == [0.25, 5]


def test_a_weight_counts_a_sample_as_often_as_it_says():
    random = np.random.default_rng(0)
    values, times = random.normal(size=(9, 4)), random.integers(0, 4, (3, 9))
    found = weighted_mean(values, times.astype(float))
    for row, repeats in zip(found, times, strict=True):
        assert row == pytest.approx(np.repeat(values, repeats, axis=0).mean(axis=0))


def test_a_weighting_without_weight_has_no_mean():
    assert np.isnan(weighted_mean(np.ones(2), np.zeros((1, 2)))).all()
