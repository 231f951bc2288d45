"""Bias of data under weights q (Alabdulmohsin et al. 2024, definitions 1 and 2).

Means are over the samples that show either value of an attribute: weights are [n, m] where that differs by attribute.
"""

import numpy as np
from scipy import sparse


def representation_bias(attributes: np.ndarray, weights: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """RB_k = |E_q[s_k] - pi_k|, [m]; attributes [n, m] in {0,1}, weights [n] or [n, m] of any sum, targets [m]."""
    weights = _by_attribute(weights, attributes)
    return np.abs((weights * attributes).sum(axis=0) / weights.sum(axis=0) - targets)


def association_bias(attributes: np.ndarray, labels: sparse.csr_array, weights: np.ndarray) -> np.ndarray:
    """AB_kr = |E_q[s_k | y_r = 1] - E_q[s_k | y_r = 0]|, [m, c]; NaN where all or no weight lies on a label.

    attributes [n, m] and labels [n, c] (sparse) in {0,1}, weights [n] or [n, m] of any sum.
    """
    weights = _by_attribute(weights, attributes)
    with_label, mass = (labels.T @ weights).T, weights.sum(axis=0)[:, None]
    both, total = (labels.T @ (attributes * weights)).T, (weights * attributes).sum(axis=0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(both / with_label - (total - both) / (mass - with_label))


def _by_attribute(weights: np.ndarray, attributes: np.ndarray) -> np.ndarray:
    return np.broadcast_to(weights if weights.ndim == 2 else weights[:, None], attributes.shape)
