"""SigLIP's loss: every image and every caption of the batch, are they a pair?"""

import math
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from clipcause.models.build import ClipModel
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.pairs import Pairs

INITIAL_SCALE, INITIAL_BIAS = math.log(10), -10.0


class Siglip(Pairs):
    """A sigmoid per pair (Zhai et al. 2023, algorithm 1), as open_clip computes it.

    With unit features x_i, y_j, t = exp(logit_scale), b = logit_bias and z_ij = 1 if i = j, else -1, the loss is
    -1/n sum_ij log sigmoid(z_ij (t x_i.y_j + b)). Where samples have weights, half of a pair's term counts by its
    image's, half by its caption's. Scale and bias begin at log 10 and -10, as in the paper, unless
    the model comes with a bias from another run.
    """

    name = "siglip"

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        super().__init__(built, manifest, settings)
        if self.model.logit_bias is None:
            self.model.logit_bias = nn.Parameter(torch.tensor(INITIAL_BIAS))
            with torch.no_grad():
                self.model.logit_scale.fill_(INITIAL_SCALE)

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        images, texts = features
        logits = self.model.logit_scale.exp() * images @ texts.T + self.model.logit_bias
        pairs = 2 * torch.eye(len(rows), device=logits.device) - 1
        losses = -functional.logsigmoid(pairs * logits)
        return self.mean((losses.sum(dim=0) + losses.sum(dim=1)) / 2, rows)
