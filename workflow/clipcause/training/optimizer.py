"""The optimiser: AdamW, whose weight decay spares gains, biases and temperatures (as open_clip does)."""

import torch
from torch import nn

BETAS = (0.9, 0.98)
EPSILON = 1e-6


def new_optimizer(module: nn.Module, weight_decay: float) -> torch.optim.AdamW:
    """Fused AdamW over a module's parameters; parameters of fewer than two axes have no weight decay.

    The learning rate is set before every step.
    """
    parameters = list(module.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=BETAS, eps=EPSILON, fused=True)
