"""Counts per class, for many weightings of the test samples at once: all that the measures read."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from clipcause.evaluation.outcomes import OTHER, Outcomes


@dataclass(frozen=True)
class Tally:
    """Weighted counts of one run on one test set, for R weightings of its samples and its C classes.

    frequency  [C] captions of the training data that mention the class
    support    [R, C] samples of the class
    correct    [R, C] of these, predicted right
    top5       [R, C] of these, those whose class is among the five that score highest
    predicted  [R, C] predictions of the class, as if every class had equally many samples (on a class-balanced
               test set this is the plain number of predictions; elsewhere the test set's own class frequencies
               would leak into it)

    Of a readout with several draws all but the support are means over the draws.
    """

    frequency: np.ndarray
    support: np.ndarray
    correct: np.ndarray
    top5: np.ndarray
    predicted: np.ndarray


def tally(outcomes: Outcomes, frequency: np.ndarray, weights: np.ndarray | None = None) -> Tally:
    """Count `outcomes` under `weights` [R, n]; without weights every sample counts once and R = 1."""
    samples, classes = len(outcomes.labels), len(outcomes.classes)
    if weights is None:
        weights = np.ones((1, samples))
    within = outcomes.predictions != OTHER
    per_class = np.bincount(outcomes.labels, minlength=classes)
    balance = samples / classes / per_class[outcomes.labels]
    return Tally(
        frequency=frequency,
        support=_sums(weights, outcomes.labels, np.ones((1, samples)), classes),
        correct=_sums(weights, outcomes.labels, outcomes.predictions == outcomes.labels, classes),
        top5=_sums(weights, outcomes.labels, outcomes.ranks <= 5, classes),
        predicted=_sums(weights, np.where(within, outcomes.predictions, 0), balance * within, classes),
    )


def _sums(weights: np.ndarray, groups: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Sum weights [R, n] times the mean over draws of values [D, n], within groups [n] or [D, n] below `count`.

    Returns [R, count].
    """
    draws, samples = values.shape
    columns = np.tile(np.arange(samples), draws)
    groups = np.broadcast_to(groups, values.shape).ravel()
    indicator = sparse.csr_array((values.ravel() / draws, (groups, columns)), shape=(count, samples))
    return np.ascontiguousarray((indicator @ weights.T).T)
