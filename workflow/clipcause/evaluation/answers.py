"""From scores of classes to answers: the class predicted, and the rank of the right one."""

from typing import NamedTuple

import numpy as np

UNKNOWN = -np.inf
"""The score of a class that whoever answers does not know."""


class Answers(NamedTuple):
    """What is answered about n samples.

    predictions  [n] the number of the class with the highest score, the first of several
    ranks        [n] how many classes score at least as high as the right one, itself among them: 1 is right, ties
                 count against. A class that is UNKNOWN is never predicted and comes last, at the number of classes
    """

    predictions: np.ndarray
    ranks: np.ndarray


def answers(scores: np.ndarray, labels: np.ndarray) -> Answers:
    """Answers by scores [n, C], where labels [n] are the numbers of the right classes."""
    right = np.take_along_axis(scores, labels[:, None], axis=1)
    return Answers(scores.argmax(axis=1), (scores >= right).sum(axis=1))
