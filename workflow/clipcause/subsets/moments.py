"""Balanced weights by moment matching: M4 of Alabdulmohsin et al. 2024, solved exactly.

A sample i has sensitive attributes s_i in {0,1}^m and labels y_i in {0,1}^c, and gets a weight q_i in [0, 1]. The
weights minimise

    1/2 mean((q - eta)^2) + V ( sum_kr max(0, |mean(q (s_k - pi_k) y_r)| - eps_D_r)
                                + sum_k max(0, |mean(q (s_k - pi_k))| - eps_R) )

with target means pi. A sample that shows neither value of attribute k has 0 in place of s_k - pi_k. The problem is
strictly convex and the same for samples with equal (s, y), so these have equal weights: it is solved over the distinct
patterns and their counts.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

MOST_TRIES = 500
ENOUGH, COARSE = 1e-10, 1e-4  # gap at which to stop: Newton's method goes from 1e-6 to there in a step or two
ROUNDING = 1e-13  # of the dual, relative to it
DAMPING = 0.1, 1e-8, 1e12  # first, least and most, relative to the curvature if every weight were free
PROGRESS = 1e-3  # share of the growth that its slope promises, at least, for a step to count
MANY, THIN = 20_000, 30  # patterns from which on a solution for fewer is worth its time, and how many fewer


@dataclass(frozen=True)
class Patterns:
    """The distinct combinations of attributes and labels among N samples, P of them.

    attributes [P, m] in {0,1}; labels [P, c] sparse in {0,1}; counts [P], summing to N; shown [P, m] bool: whether
    the samples show either value of the attribute, None if all do.
    """

    attributes: np.ndarray
    labels: sparse.csr_array
    counts: np.ndarray
    shown: np.ndarray | None = None

    @property
    def shares(self) -> np.ndarray:
        """Share of the samples that have each pattern, [P]."""
        return self.counts / self.counts.sum()

    def deviations(self, targets: np.ndarray) -> np.ndarray:
        """s - pi of each pattern, 0 where it shows neither value, [P, m]; targets [m]."""
        centred = self.attributes - targets
        return centred if self.shown is None else np.where(self.shown, centred, 0.0)

    def only(self, kept: np.ndarray, counts: np.ndarray) -> "Patterns":
        """The patterns at the places `kept` [K], with other counts [K]."""
        shown = None if self.shown is None else self.shown[kept]
        return Patterns(self.attributes[kept], sparse.csr_array(self.labels[kept]), counts, shown)


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

    `moments` [c + 1, m] are the means that the constraints bound; `iterations` the steps tried over all patterns.
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
    centred = (patterns.shares * weights)[:, None] * patterns.deviations(balance.targets)
    return np.vstack([patterns.labels.T @ centred, centred.sum(axis=0)])


@dataclass(frozen=True)
class _Group:
    """The patterns with one combination of attributes: `centred` is their deviations [m]; `labels` and `shares`."""

    centred: np.ndarray
    labels: sparse.csr_array
    shares: np.ndarray
    places: np.ndarray

    def costs(self, multipliers: np.ndarray) -> np.ndarray:
        """sum_j lambda_j a_j of every pattern."""
        along = multipliers @ self.centred
        return self.labels @ along[:-1] + along[-1]

    def weights(self, rate: float, multipliers: np.ndarray) -> np.ndarray:
        return np.clip(rate - self.costs(multipliers), 0, 1)

    def free(self, rate: float, multipliers: np.ndarray) -> np.ndarray:
        """Which weights are neither 0 nor 1."""
        unclipped = rate - self.costs(multipliers)
        return (unclipped > 0) & (unclipped < 1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the patterns with each label, and over all, [c + 1]."""
        return np.append(values @ self.labels, values.sum())

    def overlaps(self, rate: float, multipliers: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Shares of samples with free weights that have both of two labels, [w + 1, w + 1], symmetric.

        Labels are those of `which` [w], and last one that all samples have.
        """
        free = self.free(rate, multipliers)
        labels, shares = self.labels[free], self.shares[free]
        labels = labels if len(which) == labels.shape[1] else sparse.csr_array(labels[:, which])
        spread = np.repeat(shares, np.diff(labels.indptr))
        both = labels.T @ sparse.csr_array((spread, labels.indices, labels.indptr), shape=labels.shape)
        one = shares @ labels
        return np.block([[both.toarray(), one[:, None]], [one[None], np.array([[shares.sum()]])]])


@dataclass(frozen=True)
class _Point:
    """Multipliers [c + 1, m], the dual's `value` there, the moments of the weights that attain it, and a certificate.

    These weights times `scale` have an objective that lies within `gap` of the least, relative to it.
    """

    multipliers: np.ndarray
    value: float
    moments: np.ndarray
    scale: float
    gap: float


def solve(patterns: Patterns, balance: Balance) -> Solution:
    """The least objective, by Newton's method on the dual: one multiplier in [-V, V] for each of (c + 1) m constraints.

    Given multipliers, the best weights are clip(eta - sum_j lambda_j a_j, 0, 1), and the dual is a lower bound of every
    objective. It is quadratic wherever the same weights are free, and has a kink where a multiplier is 0. A step is
    Newton's in the multipliers that are neither held at 0 by their tolerance nor at V, damped as Levenberg and
    Marquardt do, and stops at 0 and V. Among many patterns it starts from the solution for a thirtieth of them. At the
    end weights are scaled down by so little that constraints hold exactly, unless the penalty is too small to enforce
    them.
    """
    multipliers = np.zeros((patterns.labels.shape[1] + 1, patterns.attributes.shape[1]))
    if len(patterns.counts) > MANY:
        multipliers = _climb(_groups(_thinned(patterns), balance), balance, multipliers, COARSE)[0].multipliers
    groups = _groups(patterns, balance)
    point, iterations = _climb(groups, balance, multipliers, ENOUGH)
    weights = np.empty(len(patterns.counts))
    for group in groups:
        weights[group.places] = point.scale * group.weights(balance.rate, point.multipliers)
    reached = objective(patterns, balance, weights)
    bound = min(float(point.value), reached)  # but for rounding it is never above
    return Solution(weights, reached, bound, moments(patterns, balance, weights), iterations)


def _thinned(patterns: Patterns) -> Patterns:
    """The most frequent patterns and every THIN-th of the others, for THIN times as many samples."""
    frequent = np.zeros(len(patterns.counts), bool)
    frequent[np.argsort(-patterns.counts, kind="stable")[: len(frequent) // (2 * THIN)]] = True
    others = np.flatnonzero(~frequent)[::THIN]
    kept = np.concatenate([np.flatnonzero(frequent), others])
    counts = patterns.counts[kept] * np.where(frequent[kept], 1, THIN)
    return patterns.only(kept, counts)


def _climb(groups: list[_Group], balance: Balance, multipliers: np.ndarray, enough: float) -> tuple[_Point, int]:
    """The top of the dual from `multipliers` on, until the gap is `enough`, and how many steps were tried."""
    point, model, damping, tries = _evaluate(groups, balance, multipliers), None, DAMPING[0], 0
    full = sum(np.outer(group.sums(group.shares), group.centred**2) for group in groups)
    while point.gap > enough and tries < MOST_TRIES and damping < DAMPING[2]:
        model = model or _model(groups, balance, point)
        moved, slope = model.step(point, balance.penalty, full, damping)
        tried, tries = _evaluate(groups, balance, moved), tries + 1
        if 0 <= slope <= ROUNDING * abs(point.value):  # the dual cannot tell any more which is better
            if tried.gap >= point.gap:
                break
            point, model = tried, None
        elif tried.value - point.value >= PROGRESS * slope > 0:
            point, model, damping = tried, None, max(damping / 10, DAMPING[1])
        else:
            damping *= 10
    return point, tries


@dataclass(frozen=True)
class _Model:
    """The dual around a point: the `side` of 0 on which each multiplier is or would be, its slope `uphill`, whether it
    may move, all [c + 1, m], and minus the second derivatives of those that may, [f, f].
    """

    side: np.ndarray
    uphill: np.ndarray
    movable: np.ndarray
    curvature: np.ndarray

    def step(self, point: _Point, penalty: float, full: np.ndarray, damping: float) -> tuple[np.ndarray, float]:
        """Where a step leads, damped by a share of `full` [c + 1, m], and by how much the slope says the dual grows.

        In units of 1 / sqrt(full) rare labels and frequent ones are alike, and the matrix is well conditioned.
        """
        moved, movable = point.multipliers.copy(), self.movable
        unit = 1 / np.sqrt(full[movable])
        scaled = unit[:, None] * self.curvature * unit + damping * np.eye(len(unit))
        moved[movable] += unit * linalg.solve(scaled, unit * self.uphill[movable], assume_a="pos")
        moved = self.side * np.clip(moved * self.side, 0, penalty)
        return moved, float((self.uphill * (moved - point.multipliers)).sum())


def _model(groups: list[_Group], balance: Balance, point: _Point) -> _Model:
    at = point.multipliers
    side = np.sign(np.where(at != 0, at, point.moments))
    uphill = point.moments - side * balance.tolerances[:, None]
    held = (at == 0) & (uphill * side <= 0) | (at * side >= balance.penalty) & (uphill * side >= 0)
    which = np.flatnonzero(~held[:-1].all(axis=1))
    overlaps = np.stack([group.overlaps(balance.rate, at, which) for group in groups])
    outer = np.stack([np.outer(group.centred, group.centred) for group in groups])
    movable = ~held[np.append(which, len(held) - 1)]
    curvature = np.tensordot(overlaps, outer, (0, 0)).transpose(0, 2, 1, 3).reshape(movable.size, movable.size)
    return _Model(side, uphill, ~held, curvature[np.ix_(movable.ravel(), movable.ravel())])


def _groups(patterns: Patterns, balance: Balance) -> list[_Group]:
    shown = np.ones_like(patterns.attributes) if patterns.shown is None else patterns.shown
    which = np.hstack([patterns.attributes, shown]) @ 2.0 ** np.arange(2 * patterns.attributes.shape[1])
    deviations, shares = patterns.deviations(balance.targets), patterns.shares
    groups = []
    for number in np.unique(which):
        places = np.flatnonzero(which == number)
        groups.append(_Group(deviations[places[0]], sparse.csr_array(patterns.labels[places]), shares[places], places))
    return groups


def _evaluate(groups: list[_Group], balance: Balance, multipliers: np.ndarray) -> _Point:
    tolerances = balance.tolerances[:, None]
    value, moments, mean, square = -float((tolerances * np.abs(multipliers)).sum()), 0.0, 0.0, 0.0
    for group in groups:
        costs = group.costs(multipliers)
        weights = np.clip(balance.rate - costs, 0, 1)
        kept = group.shares * weights
        sums = group.sums(kept)
        moments = moments + np.outer(sums, group.centred)
        mean, square = mean + sums[-1], square + kept @ weights
        value += group.shares @ (weights - balance.rate) ** 2 / 2 + kept @ costs
    enforced = np.abs(multipliers) < balance.penalty
    room = np.divide(tolerances, np.abs(moments), out=np.full(moments.shape, np.inf), where=enforced & (moments != 0))
    best = min(
        (
            (scale**2 * square - 2 * scale * balance.rate * mean + balance.rate**2) / 2
            + balance.penalty * np.maximum(scale * np.abs(moments) - tolerances, 0).sum(),
            scale,
        )
        for scale in (1.0, min(1.0, room.min()))
    )
    return _Point(multipliers, value, moments, best[1], (best[0] - value) / max(abs(best[0]), 1e-12))
