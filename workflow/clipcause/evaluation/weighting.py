"""Means of per-sample values under many weightings of the test samples: one matrix product for all resamples."""

import numpy as np


def weighted_mean(values: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """sum_i w_ri v_i / sum_i w_ri for every weighting r.

    values [n] or [n, L], weights [R, n] of any sum; without weights every sample counts once and R = 1. Returns [R] or
    [R, L]; NaN where a weighting leaves no weight.
    """
    if weights is None:
        weights = np.ones((1, len(values)))
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return weights @ values / (total if values.ndim == 1 else total[:, None])
