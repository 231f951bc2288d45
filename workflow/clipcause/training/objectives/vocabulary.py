"""Vocabulary subsampling: the classes that compete in one step (Wen et al. 2024)."""

import torch

WEIGHTINGS = {
    "uniform": torch.ones_like,
    "frequency": torch.clone,
    "sqrt_frequency": torch.sqrt,
}
"""How a class is weighted in the draw, from the counts [C] of its training labels."""


def drawn_vocabulary(
    weights: torch.Tensor, targets: torch.Tensor, size: int, generator: torch.Generator
) -> torch.Tensor:
    """Which of C classes make up the vocabulary of a batch: bool [C].

    The classes of `targets` (int64 [n]) are in. Others are drawn one after another without replacement, each with a
    probability in proportion to its weight (float64 [C], above 0) among those left, until there are `size` in all.
    Where the batch itself holds more classes than that, they all stay, and no other.

    All draws at once: classes race with exponential times of rate `weights`, and the first to arrive are the sample
    (Efraimidis and Spirakis 2006). `generator` is on the CPU, wherever the rest is.
    """
    times = torch.empty(len(weights), dtype=torch.float64).exponential_(generator=generator)
    times = (times.to(weights.device) / weights).index_fill(0, targets, 0.0)
    return times <= times.topk(size, largest=False).values[-1]
