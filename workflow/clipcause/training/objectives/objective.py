"""The interface of an objective."""

import math
from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.nn import functional

from clipcause.models.build import ClipModel
from clipcause.models.head import CosineHead
from clipcause.training.manifest import Manifest

MAX_LOGIT_SCALE = math.log(100)  # as CLIP: cosines are multiplied by at most 100


class Objective(nn.Module, ABC):
    """A loss with the modules that it trains: their tensors are what the optimiser steps and a checkpoint keeps.

    Made once per run, when it looks up all that it needs of the manifest (tokens, class indices); then called
    with batches of images and the manifest's rows they belong to.
    """

    def __init__(self, built: ClipModel, manifest: Manifest) -> None:
        """Raises UserError if the manifest lacks what the objective needs."""
        super().__init__()
        self.model = built.model
        self.head: CosineHead | None = None
        self.classes: list[str] = []  # of the head's rows, in order, where there is a head
        weights = torch.from_numpy(manifest.weights.astype("float64"))
        self._weights = (weights / weights.mean()).float() if len(weights.unique()) > 1 else None

    @abstractmethod
    def forward(self, images: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The mean loss of normalised images [n, 3, H, W] that belong to `rows` (int64 [n]), by their weights."""

    @property
    def weighted(self) -> bool:
        """Whether the losses of some samples count more than those of others."""
        return self._weights is not None

    def cross_entropy(self, logits: torch.Tensor, targets: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The mean cross-entropy of logits [n, C] and targets [n], each times its sample's weight over the mean weight.

        Over an epoch this is sum(w_i loss_i) / sum(w_i), and steps are as large as those of an unweighted run.
        """
        if self._weights is None:
            return functional.cross_entropy(logits, targets)
        return self.mean(functional.cross_entropy(logits, targets, reduction="none"), rows)

    def mean(self, losses: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The mean of losses [n], each times its sample's weight over the mean weight."""
        return losses.mean() if self._weights is None else (losses * self._weights.index_select(0, rows)).mean()

    @torch.no_grad()
    def constrain(self) -> None:
        """Put parameters back into their range after a step."""
