"""Bias of data under weights q (Alabdulmohsin et al. 2024, definitions 1 and 2)."""

import numpy as np
from scipy import sparse


def representation_bias(attributes: np.ndarray, weights: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """RB_k = |E_q[s_k] - pi_k|, [m]; attributes [n, m] in {0,1}, weights [n] of any sum, targets [m]."""
    return np.abs(weights @ attributes / weights.sum() - targets)


def association_bias(attributes: np.ndarray, labels: sparse.csr_array, weights: np.ndarray) -> np.ndarray:
    """AB_kr = |E_q[s_k | y_r = 1] - E_q[s_k | y_r = 0]|, [m, c]; NaN where all or no weight lies on a label.

    attributes [n, m] and labels [n, c] (sparse) in {0,1}, weights [n] of any sum.
    """
    with_label = weights @ labels
    mass = weights.sum()
    both = (labels.T @ (attributes * weights[:, None])).T
    total = (weights @ attributes)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(both / with_label - (total - both) / (mass - with_label))
