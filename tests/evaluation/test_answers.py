"""Predictions and ranks from scores, by eye and against a slow loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clipcause.evaluation.answers import UNKNOWN, answers


def test_a_small_matrix():
    scores = np.array([[0.9, 0.1, 0.5], [0.9, 0.1, 0.5], [0.2, 0.7, 0.7], [0.3, UNKNOWN, 0.1]])
    found = answers(scores, np.array([0, 2, 2, 1]))
    assert found.predictions.tolist() == [0, 0, 1, 0]
    assert found.ranks.tolist() == [1, 2, 2, 3]  # a tie counts against; a class that is not known comes last


@given(arrays(np.float64, (4, 6), elements=st.sampled_from([UNKNOWN, -1.0, 0.0, 0.5, 2.0])), st.data())
def test_ranks_equal_a_loop(scores, data):
    labels = np.array([data.draw(st.integers(0, 5)) for _ in scores])
    found = answers(scores, labels)
    for row, label, rank in zip(scores.tolist(), labels, found.ranks, strict=True):
        others = [score for number, score in enumerate(row) if number != label]
        assert rank == 1 + sum(score >= row[label] for score in others)
