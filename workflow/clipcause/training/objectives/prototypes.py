"""The projection head of DINO: a perceptron, and unit prototypes that its output is compared with."""

import math

import torch
from torch import nn
from torch.nn import functional


class PrototypeHead(nn.Module):
    """A perceptron of three layers to a unit bottleneck, and prototypes (Caron et al. 2021, section 3.2).

    The prototypes are a linear layer with weight normalisation whose gains stay 1, as the authors train it: the logit
    of a prototype is its cosine with the bottleneck. Weights begin with a spread of 1 / sqrt(inputs), which is the
    authors' 0.02 at their width of 2,048; the constant itself, at 128, left the tiny model half of the gain or less.
    """

    def __init__(self, embed_dim: int, hidden: int, bottleneck: int, prototypes: int) -> None:
        super().__init__()
        self.perceptron = nn.Sequential(
            nn.Linear(embed_dim, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, bottleneck)
        )
        for layer in self.perceptron[::2]:
            spread = 1 / math.sqrt(layer.in_features)
            nn.init.trunc_normal_(layer.weight, std=spread, a=-2 * spread, b=2 * spread)
            nn.init.zeros_(layer.bias)
        self.prototypes = nn.Linear(bottleneck, prototypes, bias=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Unit bottlenecks [n, bottleneck] of features [n, embed_dim]."""
        return functional.normalize(self.perceptron(features), dim=-1)

    def logits(self, bottlenecks: torch.Tensor, chosen: slice | torch.Tensor) -> torch.Tensor:
        """Cosines [n, k] of bottlenecks with the `chosen` prototypes, a slice or their numbers (int64 [k])."""
        return bottlenecks @ functional.normalize(self.prototypes.weight[chosen], dim=-1).T
