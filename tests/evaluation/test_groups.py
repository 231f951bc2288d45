"""Accuracy of groups and the gap between them: by hand and against loops."""

import numpy as np
import pytest

from clipcause.evaluation.groups import group_accuracy
from clipcause.evaluation.measures import UndefinedError

CORRECT = np.array([True, True, True, False, True, False])
GROUP = np.array(["photo", "photo", "sketch", "sketch", "cartoon", "cartoon"])


def test_by_hand():
    found = group_accuracy(CORRECT, GROUP)
    assert found.groups == ("cartoon", "photo", "sketch")
    assert found.samples.tolist() == [2, 2, 2]
    assert found.accuracy.tolist() == [[0.5, 1, 0.5]]
    assert found.gap.tolist() == [0.5]
    assert found.relative_gap.tolist() == [0.5]


def test_under_weights():
    weights = np.array([[1.0, 1, 0, 2, 3, 1], [1, 1, 1, 1, 0, 0]])
    found = group_accuracy(CORRECT, GROUP, weights)
    assert found.accuracy[0] == pytest.approx([0.75, 1, 0])
    assert found.gap[0] == 1
    assert np.isnan(found.gap[1]) and np.isnan(found.relative_gap[1])  # no cartoon was drawn
    assert found.accuracy[1, 1:].tolist() == [1, 0.5]


def test_relative_to_the_best():
    correct = np.repeat([True, False, True, False], [8, 2, 6, 4])
    found = group_accuracy(correct, np.repeat([0, 1], 10))
    assert found.gap == pytest.approx([0.2])
    assert found.relative_gap == pytest.approx([0.25])


def test_all_wrong_has_no_relative_gap():
    found = group_accuracy(np.zeros(4, dtype=bool), np.array([0, 0, 1, 1]))
    assert found.gap.tolist() == [0]
    assert np.isnan(found.relative_gap).all()


def test_equal_to_loops_over_repeated_images():
    random = np.random.default_rng(0)
    correct, group, times = random.random(60) < 0.6, random.integers(0, 4, 60), random.integers(1, 4, (5, 60))
    found = group_accuracy(correct, group, times.astype(float))
    for row, repeats in zip(found.accuracy, times, strict=True):
        right, of = np.repeat(correct, repeats), np.repeat(group, repeats)
        assert row == pytest.approx([right[of == number].mean() for number in range(4)])


def test_one_group_has_no_gap():
    with pytest.raises(UndefinedError, match="two groups"):
        group_accuracy(CORRECT, np.zeros(6))
