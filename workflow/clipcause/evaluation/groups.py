"""Accuracy of groups of test images, and the gap between the best and the worst served."""

from dataclasses import dataclass

import numpy as np

from clipcause.evaluation.measures import UndefinedError
from clipcause.evaluation.weighting import weighted_mean


@dataclass(frozen=True)
class GroupAccuracy:
    """Accuracy of G groups under R weightings.

    groups    the values of the groups, sorted
    samples   [G] test images of each group
    accuracy  [R, G]; NaN where a weighting leaves a group no weight
    """

    groups: tuple
    samples: np.ndarray
    accuracy: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """Accuracy of the best group minus that of the worst, [R]. Never below 0, so chance alone makes a gap."""
        return np.ptp(self.accuracy, axis=1)

    @property
    def relative_gap(self) -> np.ndarray:
        """The gap over the best group's accuracy, [R]; NaN if all groups are at 0."""
        with np.errstate(invalid="ignore"):
            return self.gap / self.accuracy.max(axis=1)


def group_accuracy(correct: np.ndarray, group: np.ndarray, weights: np.ndarray | None = None) -> GroupAccuracy:
    """Share of right answers of each group, with its number of images.

    correct [n] bool, group [n] of any sortable values, weights [R, n]. Raises UndefinedError if there is but one group.
    """
    groups, of, samples = np.unique(group, return_inverse=True, return_counts=True)
    if len(groups) < 2:
        raise UndefinedError("a gap between groups needs two groups of test images")
    correct = correct.astype(np.float64)
    columns = [
        weighted_mean(correct[members], None if weights is None else weights[:, members])
        for members in (of == number for number in range(len(groups)))
    ]
    return GroupAccuracy(tuple(groups.tolist()), samples, np.stack(columns, axis=1))
