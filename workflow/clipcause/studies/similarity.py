"""Accuracy of a test point as a function of its similarity to its nearest training image.

As Mayilvahanan et al. 2024 (arXiv 2310.09562) draw it: test points t are put into bins by max over training images x
of sim(x, t), and the accuracy of each bin is drawn for every arm. Bins are quantiles of all arms' similarities
together, the same for all arms, so that arms are compared at equal similarity. Similarity is to the images of the arm's
own subset: a redrawn subset moves points from bin to bin, and an arm may have none in one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from clipcause.evaluation.measures import MEASURES
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval


@dataclass(frozen=True)
class NearnessRun:
    """One run on a test set of n samples: correct [n] in 0 ... 1, similarity [n] to its nearest training image."""

    arm: str
    family: str
    correct: np.ndarray
    similarity: np.ndarray


@dataclass(frozen=True)
class Bin:
    """One arm in one bin [lowest, highest) of similarity, the last bin with its upper end.

    samples     mean over the arm's runs of how many test samples are in the bin
    similarity  their mean similarity
    accuracy    their accuracy, mean over seeds, with its interval over test samples and seeds; None if in any run
                of the arm no sample is in the bin
    """

    arm: str
    lowest: float
    highest: float
    samples: float
    similarity: float
    accuracy: Interval | None


def bin_edges(similarities: Iterable[np.ndarray], bins: int) -> np.ndarray:
    """Edges of `bins` quantile bins of all similarities together, [bins + 1]; fewer where equal values fill a bin."""
    together = np.concatenate([np.ravel(values) for values in similarities])
    edges = np.unique(np.quantile(together, np.linspace(0, 1, bins + 1)))
    return edges if len(edges) > 1 else np.repeat(edges, 2)


def binned(similarity: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The bin of each similarity, [n] in 0 ... len(edges) - 2; beyond the edges it is the first or the last."""
    return np.searchsorted(edges[1:-1], similarity, side="right")


def binned_accuracy(
    correct: np.ndarray, similarity: np.ndarray, edges: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Accuracy per bin under weights [R, n], [R, bins]; NaN where a bin has no weight."""
    samples, bins = len(correct), len(edges) - 1
    if weights is None:
        weights = np.ones((1, samples))
    cells = binned(similarity, edges), np.arange(samples)
    support, right = (
        sparse.csr_array((values, cells), shape=(bins, samples)) @ weights.T
        for values in (np.ones(samples), correct.astype(np.float64))
    )
    with np.errstate(invalid="ignore"):
        return (right / support).T


def similarity_curves(runs: Sequence[NearnessRun], weights: Iterable[np.ndarray], bins: int) -> list[Bin]:
    """The curve of every arm, arms in the order given: one Bin per bin that any of its test samples is in.

    weights: blocks [B, n] of resamples of the test samples, the same for all runs (`resampling.resamples`).
    """
    edges = bin_edges([run.similarity for run in runs], bins)
    observed = np.stack([binned_accuracy(run.correct, run.similarity, edges)[0] for run in runs])
    blocks = [
        np.stack([binned_accuracy(run.correct, run.similarity, edges, block) for run in runs], axis=1)
        for block in weights
    ]
    resampled = np.concatenate(blocks)

    members: dict[str, list[int]] = {}
    for number, run in enumerate(runs):
        members.setdefault(run.arm, []).append(number)
    intervals = [_intervals(runs, members, observed[:, b], resampled[..., b]) for b in range(len(edges) - 1)]
    curves = []
    for arm, numbers in members.items():
        of_arm = np.concatenate([runs[number].similarity for number in numbers])
        bin_of = binned(of_arm, edges)
        for b in np.unique(bin_of):
            inside = of_arm[bin_of == b]
            place = arm, float(edges[b]), float(edges[b + 1])
            curves.append(Bin(*place, len(inside) / len(numbers), float(inside.mean()), intervals[b].get(arm)))
    return curves


def _intervals(
    runs: Sequence[NearnessRun], members: dict[str, list[int]], observed: np.ndarray, resampled: np.ndarray
) -> dict[str, Interval]:
    """The interval of every arm in one bin, observed [runs] and resampled [R, runs]; arms without a value left out."""
    arms = {}
    for arm, numbers in members.items():
        values = observed[numbers]
        if not np.isnan(values).any():
            spread = MEASURES["accuracy"].spread(values.mean())
            arms[arm] = ArmValues(runs[numbers[0]].family, values, resampled[:, numbers], spread)
    return {arm: contrast_interval({arm: 1.0}, arms) for arm in arms}
