"""The stochastic method of the paper for M4, vectorised over batches: what the exact solution is compared with."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from clipcause.subsets.moments import Balance, Patterns


class Samples:
    """The samples behind patterns in random order, one row each, so that a batch is a slice.

    centred [N, m] is s - pi; labels [N, c] sparse.
    """

    def __init__(self, patterns: Patterns, balance: Balance, seed: int) -> None:
        which = np.repeat(np.arange(len(patterns.counts), dtype=np.int32), patterns.counts)
        np.random.default_rng(seed).shuffle(which)
        self.centred = patterns.deviations(balance.targets)[which]
        self.labels = sparse.csr_array(patterns.labels[which])

    def batches(self, size: int) -> Iterator[tuple[np.ndarray, sparse.csr_array]]:
        """Batches of the samples, again and again in the same order; a last one that is smaller is left out.

        Slices by hand: scipy checks more than it multiplies.
        """
        count, labels = len(self.centred), self.labels
        size = min(size, count)
        while True:
            for first in range(0, count - size + 1, size):
                ends = labels.indptr[first : first + size + 1]
                held = slice(ends[0], ends[-1])
                batch = sparse.csr_array((size, labels.shape[1]))
                batch.data, batch.indices, batch.indptr = labels.data[held], labels.indices[held], ends - ends[0]
                yield self.centred[first : first + size], batch


def stochastic_multipliers(
    samples: Samples, balance: Balance, step: float, batch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """After each projected gradient step on the dual, with the moments of a batch: its multipliers and an average.

    lambda <- clip(shrink(lambda + step mean of a q, step eps), -V, V), q = clip(eta - a lambda, 0, 1), both
    [c + 1, m]; the step falls as one over the square root of the round, and the average is of the last half of all
    rounds or a little more.
    """
    tolerances = balance.tolerances[:, None]
    multipliers = np.zeros((len(tolerances), samples.centred.shape[1]))
    total, since, mark = np.zeros_like(multipliers), 0, 1
    for number, (centred, labels) in enumerate(samples.batches(batch), 1):
        costs = ((labels @ multipliers[:-1] + multipliers[-1]) * centred).sum(axis=1)
        kept = np.clip(balance.rate - costs, 0, 1)[:, None] * centred
        means = np.vstack([labels.T @ kept, kept.sum(axis=0)]) / len(kept)
        length = step / np.sqrt(number)
        moved = multipliers + length * means
        shrunk = np.sign(moved) * np.maximum(np.abs(moved) - length * tolerances, 0)
        multipliers = np.clip(shrunk, -balance.penalty, balance.penalty)
        if number >= 2 * mark:
            total, since, mark = np.zeros_like(multipliers), 0, number
        total, since = total + multipliers, since + 1
        yield multipliers, total / since


def stochastic_weights(patterns: Patterns, balance: Balance, multipliers: np.ndarray) -> np.ndarray:
    """The weights [P] that belong to multipliers [c + 1, m]."""
    costs = ((patterns.labels @ multipliers[:-1] + multipliers[-1]) * patterns.deviations(balance.targets)).sum(axis=1)
    return np.clip(balance.rate - costs, 0, 1)


def solve_stochastically(
    patterns: Patterns, balance: Balance, step: float, rounds: int, batch: int, seed: int
) -> np.ndarray:
    """Weights [P] after so many `rounds`, of the averaged multipliers."""
    learning = stochastic_multipliers(Samples(patterns, balance, seed), balance, step, batch)
    average = np.zeros(0)
    for _ in range(rounds):
        _, average = next(learning)
    return stochastic_weights(patterns, balance, average)
