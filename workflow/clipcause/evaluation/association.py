"""Stereotypes of a model: representation and association bias (Alabdulmohsin et al. 2024, arXiv 2403.04547).

What `subsets/bias.py` measures on data, here on a trained model: its probabilities of prompts stand for what data cards
count. All means are over the test images, under any weighting of them. An absolute value is never below 0, so chance
raises it where there is no bias: compare models on the same images, not with 0.
"""

import numpy as np
from scipy.special import softmax

from clipcause.evaluation.measures import UndefinedError
from clipcause.evaluation.weighting import weighted_mean


def prompt_probabilities(images: np.ndarray, prompts: np.ndarray, temperature: float) -> np.ndarray:
    """p_r(x) = softmax over r of <x, prompt_r> / temperature, [n, L].

    images [n, d] and prompts [L, d] of unit length; temperature as trained, 1 / exp(logit_scale): 0.01 for most CLIPs.
    A bias that a model adds to all logits (SigLIP) drops out.
    """
    return softmax(images @ prompts.T / temperature, axis=1)


def representation_bias(probability: np.ndarray, target: float, weights: np.ndarray | None = None) -> np.ndarray:
    """RB = |E p(x) - pi|, [R], of images that show neither value of the attribute.

    probability [n]: p(x) of the attribute's value 1 against its value 0; target: pi, the wished-for mean, in [0, 1].
    """
    return np.abs(weighted_mean(probability, weights) - target)


def representation_spread(bias: np.ndarray, target: float) -> np.ndarray:
    """How much RB varies between seeds, up to a factor: pi (1 - pi) - RB^2, m (1 - m) averaged over m = pi +- RB.

    RB is the distance of a mean m from pi, and it is m that a seed moves, no less where RB is 0: the rule for shares
    would take RB near 0 as nearly certain. At least 1 % of the largest. (AB and gaps, distances too, vary by 1 - AB^2.)
    """
    return np.maximum(target * (1 - target) - bias**2, 0.0025)


def preferred_share(probability: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Share of images with p(x) > 0.5, [R]: how often the model would name value 1 if it had to name one."""
    return weighted_mean((probability > 0.5).astype(np.float64), weights)


def associations(probabilities: np.ndarray, group: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """E[p_r | s = 1] - E[p_r | s = 0] of every label r, signed, [R, L].

    probabilities [n, L] of the label prompts; group [n]: the attribute's value s, 0 or 1; anything else, such as -1 or
    NaN, leaves the image out. NaN where a weighting leaves a group empty; raises UndefinedError if it is empty anyway.
    """
    means = []
    for value in (1, 0):
        members = group == value
        if not members.any():
            raise UndefinedError(f"no image shows value {value} of the attribute")
        means.append(weighted_mean(probabilities[members], None if weights is None else weights[:, members]))
    return means[0] - means[1]


def mean_association_bias(associations: np.ndarray) -> np.ndarray:
    """Mean over the labels of AB_r = |associations_r|, [R] from [R, L]."""
    return np.abs(associations).mean(axis=1)


def largest_association_bias(associations: np.ndarray) -> np.ndarray:
    """Maximum over the labels of AB_r = |associations_r|, [R] from [R, L]."""
    return np.abs(associations).max(axis=1)
