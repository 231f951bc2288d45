"""The classification head of supervised models."""

import math

import torch
from torch import nn
from torch.nn import functional


class CosineHead(nn.Module):
    """Logits by cosine similarity with a learned temperature (Wen et al. 2024, the supervised arm).

    logit_c = exp(logit_scale) * cos(feature, weight_c), so that features meet a classifier of the same form as CLIP's.
    """

    def __init__(self, embed_dim: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, embed_dim) / math.sqrt(embed_dim))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits [n, classes] of features [n, embed_dim] of any length."""
        cosines = functional.normalize(features, dim=-1) @ functional.normalize(self.weight, dim=-1).T
        return self.logit_scale.exp() * cosines
