"""Measures on small matrices checked by eye, and against slow references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from clipcause.evaluation.measures import MEASURES, UndefinedError, terciles
from clipcause.evaluation.outcomes import OTHER, Outcomes
from clipcause.evaluation.tally import Tally, tally


def outcomes(labels, predictions, classes, ranks=None):
    names = tuple("abcdefghij"[:classes])
    uids = np.array([f"s{number}" for number in range(len(labels))])
    predictions = np.atleast_2d(predictions)
    ranks = np.where(predictions == labels, 1, 2) if ranks is None else np.atleast_2d(ranks)
    return Outcomes(names, uids, np.array(labels), predictions, ranks)


# Classes a, b, c with two samples each: a is right twice, b once, c never; a and b are taken for a too often.
SMALL = outcomes([0, 0, 1, 1, 2, 2], [0, 0, 1, 0, 0, OTHER], classes=3)
FREQUENCY = np.array([100.0, 10.0, 1.0])


def test_small_matrix():
    counts = tally(SMALL, FREQUENCY)
    assert counts.support.tolist() == [[2, 2, 2]]
    assert counts.correct.tolist() == [[2, 1, 0]]
    assert counts.predicted.tolist() == [[4, 1, 0]]
    assert MEASURES["accuracy"](counts).tolist() == [0.5]
    assert MEASURES["class_accuracy"](counts).tolist() == [[1, 0.5, 0]]
    assert MEASURES["corr_acc"](counts) == pytest.approx([1])
    assert MEASURES["corr_pred"](counts) == pytest.approx([1])
    assert MEASURES["accuracy_head"](counts).tolist() == [1]
    assert MEASURES["accuracy_medium"](counts).tolist() == [0.5]
    assert MEASURES["accuracy_tail"](counts).tolist() == [0]


def test_weights_count_a_sample_as_often_as_they_say():
    weights = np.array([[2.0, 0, 0, 2, 1, 1], [1, 1, 1, 1, 1, 1]])
    counts = tally(SMALL, FREQUENCY, weights)
    assert counts.correct.tolist() == [[2, 0, 0], [2, 1, 0]]
    assert MEASURES["accuracy"](counts) == pytest.approx([2 / 6, 3 / 6])


def test_top5_counts_ranks_up_to_five_under_the_weights():
    six = outcomes([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], classes=6, ranks=[1, 2, 5, 6, 9, 3])
    counts = tally(six, np.arange(6.0), np.array([[1.0, 1, 1, 1, 1, 1], [0, 0, 3, 3, 0, 0]]))
    assert counts.top5.tolist() == [[1, 1, 1, 0, 0, 1], [0, 0, 3, 0, 0, 0]]
    assert MEASURES["top5_accuracy"](counts).tolist() == [4 / 6, 0.5]
    with pytest.raises(UndefinedError, match="at most five classes"):
        MEASURES["top5_accuracy"](tally(SMALL, FREQUENCY))


def test_several_draws_count_by_their_mean():
    # The first sample is right in both draws, the second in one of them, in which c is taken for b.
    drawn = outcomes([0, 1, 2], [[0, 1, 1], [0, 0, 2]], classes=3)
    counts = tally(drawn, FREQUENCY, np.array([[1.0, 1, 1], [1, 4, 1]]))
    assert counts.correct.tolist() == [[1, 0.5, 0.5], [1, 2, 0.5]]
    assert counts.support.tolist() == [[1, 1, 1], [1, 4, 1]]
    assert counts.predicted.tolist() == [[1.5, 1, 0.5], [3, 2.5, 0.5]]


def test_predictions_are_counted_as_on_a_class_balanced_test_set():
    # Class a has 4 samples, b 2, all predicted right: no class is preferred.
    counts = tally(outcomes([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1], classes=2), np.array([5.0, 1.0]))
    assert counts.predicted.tolist() == [[3, 3]]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_measures_equal_slow_references(data):
    classes = data.draw(st.integers(3, 6))
    per_class = data.draw(st.integers(1, 5))
    labels = np.repeat(np.arange(classes), per_class)
    predictions = np.array([data.draw(st.integers(-1, classes - 1)) for _ in labels])
    frequency = np.array([float(data.draw(st.integers(0, 4))) for _ in range(classes)])
    repeats = np.array([[data.draw(st.integers(1, 3)) for _ in labels] for _ in range(2)])
    counts = tally(outcomes(labels, predictions, classes), frequency, repeats.astype(float))
    for row, times in enumerate(repeats):
        long_labels, long_predictions = np.repeat(labels, times), np.repeat(predictions, times)
        right = long_labels == long_predictions
        by_class = [right[long_labels == number].mean() for number in range(classes)]
        predicted = [(long_predictions == number).sum() for number in range(classes)]
        assert MEASURES["accuracy"](counts)[row] == pytest.approx(right.mean())
        for name, values in (("corr_acc", by_class), ("corr_pred", predicted)):
            if np.ptp(frequency) > 0 and np.ptp(values) > 1e-9:
                expected = spearmanr(frequency, np.round(values, 12)).statistic
                assert MEASURES[name](counts)[row] == pytest.approx(expected)
        if (frequency == 0).any():
            expected = np.mean(np.array(by_class)[frequency == 0])
            assert MEASURES["accuracy_unseen"](counts)[row] == pytest.approx(expected)


def test_terciles_leave_unseen_classes_out_and_split_the_rest_evenly():
    found = terciles(np.array([0.0, 5, 9, 1, 7, 0, 3, 8, 2]))
    assert [third.tolist() for third in found] == [[2, 4, 7], [1, 6], [3, 8]]


@pytest.mark.parametrize("name", ["corr_acc", "corr_pred", "accuracy_head", "accuracy_medium", "accuracy_tail"])
def test_constant_frequency_is_undefined_with_a_reason(name):
    with pytest.raises(UndefinedError, match="equally frequent"):
        MEASURES[name](tally(SMALL, np.array([7.0, 7.0, 7.0])))


def test_all_right_has_no_rank_correlation():
    with pytest.raises(UndefinedError, match="accuracy is the same"):
        MEASURES["corr_acc"](tally(outcomes([0, 1, 2], [0, 1, 2], classes=3), FREQUENCY))


def test_without_unseen_classes_their_accuracy_is_undefined():
    with pytest.raises(UndefinedError, match="every class"):
        MEASURES["accuracy_unseen"](tally(SMALL, FREQUENCY))


def test_one_resample_without_a_rank_correlation_does_not_spoil_the_others():
    correct = np.array([[2.0, 1, 0], [1, 1, 1]])
    counts = Tally(FREQUENCY, np.full((2, 3), 2.0), correct, correct, np.full((2, 3), 2.0))
    assert np.isnan(MEASURES["corr_acc"](counts)).tolist() == [False, True]


def test_spread_is_fishers_z_for_correlations_and_the_logit_for_shares():
    for r in (-0.5, 0.0, 0.9):
        assert MEASURES["corr_acc"].spread(r) == pytest.approx(
            1 / ((np.arctanh(r + 1e-6) - np.arctanh(r)) / 1e-6), rel=1e-4
        )
    assert MEASURES["accuracy"].spread(0.8) == pytest.approx(0.8 * 0.2)
    assert MEASURES["accuracy"].spread(1.0) == pytest.approx(0.01 * 0.25)
