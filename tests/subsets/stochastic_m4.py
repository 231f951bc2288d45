"""The stochastic method of the paper for M4, vectorised over batches: what the exact solution is compared with."""

import numpy as np

from clipcause.subsets.moments import Balance, Patterns


def solve_stochastically(
    patterns: Patterns, balance: Balance, step: float, rounds: int, batch: int, seed: int
) -> np.ndarray:
    """Weights [P] after `rounds` projected gradient steps on the dual, each with the moments of a random batch.

    lambda <- clip(lambda + step (mean of a q - eps sign(lambda)), -V, V), q = clip(eta - a lambda, 0, 1); the step
    falls as one over the square root of the round, and the multipliers of the second half are averaged.
    """
    chance = np.random.default_rng(seed)
    centred = patterns.attributes - balance.targets
    bounded = np.concatenate(
        [centred[:, None, :] * patterns.labels.toarray()[:, :, None], centred[:, None, :]], axis=1
    ).reshape(len(centred), -1)
    eps = np.repeat(balance.tolerances, centred.shape[1])
    multipliers, average = np.zeros(bounded.shape[1]), np.zeros(bounded.shape[1])
    for number in range(1, rounds + 1):
        drawn = bounded[chance.choice(len(bounded), batch, p=patterns.shares)]
        kept = np.clip(balance.rate - drawn @ multipliers, 0, 1)
        moved = multipliers + step / np.sqrt(number) * (kept @ drawn / batch)
        shrunk = np.sign(moved) * np.maximum(np.abs(moved) - step / np.sqrt(number) * eps, 0)
        multipliers = np.clip(shrunk, -balance.penalty, balance.penalty)
        average += multipliers if number > rounds // 2 else 0
    return np.clip(balance.rate - bounded @ (average / (rounds - rounds // 2)), 0, 1)
