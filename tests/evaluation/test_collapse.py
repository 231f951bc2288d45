"""Neural collapse by hand, on exact simplices, and against the matrices of the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.evaluation.collapse import (
    centred,
    class_means,
    nearest_simplex_distance,
    simplex_distance,
    within_class_collapse,
)
from clipcause.evaluation.measures import UndefinedError


def test_two_classes_on_a_line_by_hand():
    # Means -3 and 3, so Sb = 9; of 4 samples, class 0 deviates by 1 and 1, class 1 by 2 and 2.
    features = np.array([[-4.0], [-2], [1], [5]])
    found = within_class_collapse(features, np.array([0, 0, 1, 1]))
    assert found == pytest.approx([2 / 4 / 9, 8 / 4 / 9])


def slow_nc1(features, labels):
    classes, n = labels.max() + 1, len(features)
    means = np.stack([features[labels == c].mean(axis=0) for c in range(classes)])
    between = np.zeros((features.shape[1],) * 2)
    for mean in means:
        between += np.outer(mean - means.mean(axis=0), mean - means.mean(axis=0)) / classes
    found = []
    for c in range(classes):
        within = sum(np.outer(h - means[c], h - means[c]) for h in features[labels == c]) / n
        found.append(np.trace(within @ np.linalg.pinv(between, rcond=1e-10)))
    return found


def slow_nc2(rows):
    classes = len(rows)
    gaps = [
        [
            abs(a @ b / np.linalg.norm(a) / np.linalg.norm(b) + 1 / (classes - 1))
            for other, b in enumerate(rows)
            if other != c
        ]
        for c, a in enumerate(rows)
    ]
    return np.mean(gaps, axis=1), np.max(gaps, axis=1)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 7), st.integers(1, 9), st.integers(0, 10_000))
def test_equal_to_the_matrices_of_the_definition(classes, width, seed):
    """Both ways about: fewer classes than dimensions, where Sb is singular, and more."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.concatenate([np.arange(classes), random.integers(0, classes, 20)]))
    features = random.normal(size=(len(labels), width)) + 3 * random.normal(size=(classes, width))[labels] + 5
    assert within_class_collapse(features, labels) == pytest.approx(slow_nc1(features, labels), rel=1e-6)
    rows = centred(class_means(features, labels))
    mean, largest = slow_nc2(rows)
    assert simplex_distance(rows) == pytest.approx(mean)
    assert nearest_simplex_distance(rows) == pytest.approx(largest)


def test_mean_over_classes_is_the_trace_over_the_number_of_classes():
    random = np.random.default_rng(1)
    labels = np.repeat(np.arange(4), 10)
    features = random.normal(size=(40, 3)) + 2 * random.normal(size=(4, 3))[labels]
    means = class_means(features, labels)
    within = (features - means[labels]).T @ (features - means[labels]) / 40
    between = np.cov(means.T, bias=True)
    assert within_class_collapse(features, labels).mean() == pytest.approx(
        np.trace(within @ np.linalg.inv(between)) / 4
    )


def test_a_collapsed_model_is_at_zero():
    simplex = np.eye(5) - 0.2
    features, labels = np.repeat(7 + simplex, 3, axis=0), np.repeat(np.arange(5), 3)
    assert within_class_collapse(features, labels) == pytest.approx(np.zeros(5), abs=1e-12)
    assert simplex_distance(centred(class_means(features, labels))) == pytest.approx(np.zeros(5), abs=1e-12)
    assert simplex_distance(simplex @ np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))[0]) == pytest.approx(
        np.zeros(5), abs=1e-12
    )


def test_nearest_version_sees_the_one_neighbour_that_is_too_close():
    # Classes 0 and 1 point the same way, class 2 opposite: cosines 1, -1, -1 against the simplex's -1/2.
    rows = np.array([[1.0, 0], [2, 0], [-3, 0]])
    assert simplex_distance(rows) == pytest.approx([1.0, 1.0, 0.5])
    assert nearest_simplex_distance(rows) == pytest.approx([1.5, 1.5, 0.5])


def test_single_precision_with_duplicate_and_dead_dimensions():
    """Singular directions of Sb hold only rounding; they must not be taken for differences between classes."""
    random = np.random.default_rng(2)
    labels = np.repeat(np.arange(6), 8)
    features = (random.normal(size=(48, 3)) + 2 * random.normal(size=(6, 3))[labels]).astype(np.float32)
    wide = np.concatenate([features, features * np.float32(0.3), np.full((48, 2), 7, np.float32)], axis=1)
    plain = within_class_collapse(features, labels)
    assert within_class_collapse(wide, labels) == pytest.approx(plain, rel=1e-4)


def test_what_has_no_value_says_why():
    features = np.ones((4, 2))
    with pytest.raises(UndefinedError, match="mean features differ"):
        within_class_collapse(features, np.array([0, 0, 1, 1]))
    with pytest.raises(UndefinedError, match="class 1 has no sample"):
        class_means(features, np.array([0, 0, 2, 2]))
    with pytest.raises(UndefinedError, match="centre of all"):
        simplex_distance(np.array([[1.0, 0], [0, 0]]))
