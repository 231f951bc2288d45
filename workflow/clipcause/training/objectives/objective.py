"""The interface of an objective."""

import math
from abc import ABC, abstractmethod

import torch
from torch import nn

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

    @abstractmethod
    def forward(self, images: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The mean loss of normalised images [n, 3, H, W] that belong to `rows` (int64 [n])."""

    @torch.no_grad()
    def constrain(self) -> None:
        """Put parameters back into their range after a step."""
