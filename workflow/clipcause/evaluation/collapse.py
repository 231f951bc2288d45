"""Neural collapse: how far classes have shrunk to points (NC1), and those points to a simplex (NC2).

Papyan, Han and Donoho 2020 (PNAS 117) for a whole model; per class as Wen et al. 2024 (arXiv 2405.21070) measure it.
All is exact and in float64; memory is a few copies of the features and, for NC2, a matrix [C, C].
"""

import numpy as np

from clipcause.evaluation.measures import UndefinedError

ROUNDING = 1e-6
"""Directions in which class means differ by less than this share of the largest difference count as none."""


def within_class_collapse(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """NC1_c = tr(Sw_c Sb^+) of every class, [C]; its mean over classes is tr(Sw Sb^+) / C, the NC1 of a model.

    features [n, d], labels [n] in 0 ... C-1, every class with a sample. Sw_c = sum over class c of
    outer(h - mu_c) / n, with n all samples; Sb = sum_c outer(m_c) / C, the covariance of the class means, m_c = mu_c
    minus the mean of the class means. 0 if all samples of the class are one point. Raises UndefinedError where class
    means do not differ.

    With Sb = U diag(s^2) U', decomposed once, NC1_c is a sum over class c of |diag(1/s) U' (h - mu_c)|^2 / n.
    """
    means = class_means(features, labels)
    _, scale, directions = np.linalg.svd(centred(means) / np.sqrt(len(means)), full_matrices=False)
    kept = scale > ROUNDING * scale[0]
    whitening = directions[kept].T / scale[kept]
    deviations = (features - means[labels]) @ whitening
    return np.bincount(labels, (deviations**2).sum(axis=1), minlength=len(means)) / len(features)


def simplex_distance(rows: np.ndarray) -> np.ndarray:
    """NC2_c = 1/(C-1) sum over c' != c of |cos(m_c, m_c') + 1/(C-1)| of every class, [C].

    rows [C, d]: the centred class means, or the rows of a classifier as they are. 0 where class c sees all others under
    the angle of a regular simplex. Raises UndefinedError if a row is zero or there is only one.
    """
    return _simplex_gaps(rows).sum(axis=1) / (len(rows) - 1)


def nearest_simplex_distance(rows: np.ndarray) -> np.ndarray:
    """NC2 with the maximum over c' != c instead of the mean, [C]: where the one class that is worst placed lies."""
    return _simplex_gaps(rows).max(axis=1)


def class_means(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """mu_c, the mean of the features [n, d] of each class, [C, d] float64."""
    counts = np.bincount(labels)
    if (counts == 0).any():
        raise UndefinedError(f"class {np.flatnonzero(counts == 0)[0]} has no sample")
    order = np.argsort(labels, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.add.reduceat(features[order].astype(np.float64), starts, axis=0) / counts[:, None]


def centred(means: np.ndarray) -> np.ndarray:
    """m_c = mu_c - mean of all mu_c, [C, d]. Raises UndefinedError if the class means [C, d] do not differ."""
    found = means - means.mean(axis=0)
    if np.abs(found).max() <= ROUNDING * np.abs(means).max():
        raise UndefinedError("neural collapse needs classes whose mean features differ")
    return found


def _simplex_gaps(rows: np.ndarray) -> np.ndarray:
    """|cos(m_c, m_c') + 1/(C-1)|, [C, C]; 0 on the diagonal, which counts neither in a sum nor in a maximum."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    if len(rows) < 2 or (length == 0).any():
        raise UndefinedError("NC2 needs two classes, and none at the centre of all")
    unit = rows / length
    gaps = np.abs(unit @ unit.T + 1 / (len(rows) - 1))
    np.fill_diagonal(gaps, 0.0)
    return gaps
