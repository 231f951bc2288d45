"""Balanced weights by moment matching: M4 of Alabdulmohsin et al. 2024, solved exactly, and by their stochastic method.

A sample i has sensitive attributes s_i in {0,1}^m and labels y_i in {0,1}^c, and gets a weight q_i in [0, 1]. The
weights minimise

    1/2 mean((q - eta)^2) + V ( sum_kr max(0, |mean(q (s_k - pi_k) y_r)| - eps_D_r)
                                + sum_k max(0, |mean(q (s_k - pi_k))| - eps_R) )

with target means pi. The problem is strictly convex and the same for samples with equal (s, y), so these have equal
weights: it is solved over the distinct patterns and their counts.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

MOST_ITERATIONS = 5000
GAP = 1e-6  # relative to the objective


@dataclass(frozen=True)
class Patterns:
    """The distinct combinations of attributes and labels among N samples, P of them.

    attributes [P, m] in {0,1}; labels [P, c] sparse in {0,1}; counts [P], summing to N.
    """

    attributes: np.ndarray
    labels: sparse.csr_array
    counts: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """Share of the samples that have each pattern, [P]."""
        return self.counts / self.counts.sum()


@dataclass(frozen=True)
class Balance:
    """What is asked: target means pi [m], tolerances eps_D [c] and eps_R, sampling rate eta, penalty V."""

    targets: np.ndarray
    eps_association: np.ndarray
    eps_representation: float
    rate: float
    penalty: float

    @property
    def tolerances(self) -> np.ndarray:
        """The tolerance of every constraint, [c + 1]: eps_D of each label, then eps_R; the same for each attribute."""
        return np.append(self.eps_association, self.eps_representation)


@dataclass(frozen=True)
class Solution:
    """Weights [P] with a certificate: no weights have an objective below `bound`, these have `objective`.

    `moments` [c + 1, m] are the means that the constraints bound; `iterations` what the solver took.
    """

    weights: np.ndarray
    objective: float
    bound: float
    moments: np.ndarray
    iterations: int

    @property
    def gap(self) -> float:
        """How far the objective can lie above the least there is, relative to it."""
        return (self.objective - self.bound) / max(abs(self.objective), 1e-12)


def objective(patterns: Patterns, balance: Balance, weights: np.ndarray) -> float:
    """The value that M4 minimises, for weights [P] (equation 3 of the paper with slack as a penalty)."""
    excess = np.maximum(np.abs(moments(patterns, balance, weights)) - balance.tolerances[:, None], 0)
    return float(0.5 * patterns.shares @ (weights - balance.rate) ** 2 + balance.penalty * excess.sum())


def moments(patterns: Patterns, balance: Balance, weights: np.ndarray) -> np.ndarray:
    """mean(q (s_k - pi_k) y_r) for every label and attribute, and last mean(q (s_k - pi_k)), [c + 1, m]."""
    centred = (patterns.shares * weights)[:, None] * (patterns.attributes - balance.targets)
    return np.vstack([patterns.labels.T @ centred, centred.sum(axis=0)])


def solve(patterns: Patterns, balance: Balance) -> Solution:
    """The least objective, by L-BFGS-B on the dual: one multiplier in [-V, V] for each of the (c + 1) m constraints.

    Given multipliers, the best weights are clip(eta - sum_j lambda_j a_j, 0, 1), and the dual is a lower bound of every
    objective. At its maximum the constraints hold to the solver's tolerance; weights are then scaled down by so
    little that they hold exactly, unless the penalty is too small to enforce them.
    """
    shape = (patterns.labels.shape[1] + 1, patterns.attributes.shape[1])
    groups, tolerances = _groups(patterns, balance), balance.tolerances[:, None]

    def dual(multipliers: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """The dual's value, the weights that attain it, their moments."""
        value, weights, means = -float((tolerances * np.abs(multipliers)).sum()), np.empty(len(patterns.counts)), 0
        for group in groups:
            along = multipliers @ group.centred
            cost = group.labels @ along[:-1] + along[-1]
            best = np.clip(balance.rate - cost, 0, 1)
            value += group.shares @ (0.5 * (best - balance.rate) ** 2 + cost * best)
            kept = group.shares * best
            means = means + np.outer(np.append(kept @ group.labels, kept.sum()), group.centred)
            weights[group.places] = best
        return value, weights, means

    def negative(halves: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the dual over (positive part, negative part) of the multipliers, and its gradient."""
        above, below = halves.reshape(2, *shape)
        value, _, means = dual(above - below)
        slack = (tolerances * (above + below - np.abs(above - below))).sum()
        return slack - value, np.stack([tolerances - means, tolerances + means]).ravel()

    found = optimize.minimize(
        negative,
        np.zeros(2 * shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=optimize.Bounds(0, balance.penalty),
        options={"maxiter": MOST_ITERATIONS, "maxfun": 2 * MOST_ITERATIONS, "ftol": 0, "gtol": 1e-10, "maxcor": 40},
    )
    above, below = found.x.reshape(2, *shape)
    bound, weights, means = dual(above - below)
    enforced = np.abs(above - below) < balance.penalty
    with np.errstate(divide="ignore"):
        room = np.where(enforced, tolerances / np.abs(means), np.inf)
    scaled = weights * min(1.0, room.min())
    best = min((weights, scaled), key=lambda candidate: objective(patterns, balance, candidate))
    return Solution(
        best, objective(patterns, balance, best), float(bound), moments(patterns, balance, best), int(found.nit)
    )


@dataclass(frozen=True)
class _Group:
    """The patterns with one combination of attributes: `centred` is s - pi, [m]; `labels` and `shares` are theirs."""

    centred: np.ndarray
    labels: sparse.csr_array
    shares: np.ndarray
    places: np.ndarray


def _groups(patterns: Patterns, balance: Balance) -> list[_Group]:
    combinations, which = np.unique(patterns.attributes, axis=0, return_inverse=True)
    places = [np.flatnonzero(which == number) for number in range(len(combinations))]
    return [
        _Group(combination - balance.targets, patterns.labels[at], patterns.shares[at], at)
        for combination, at in zip(combinations, places, strict=True)
    ]
