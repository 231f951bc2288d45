"""The interface of an objective."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from clipcause.models.build import ClipModel
from clipcause.models.head import CosineHead
from clipcause.training.manifest import Manifest

MAX_LOGIT_SCALE = math.log(100)  # as CLIP: cosines are multiplied by at most 100


class Objective(nn.Module, ABC):
    """A loss with the modules that it trains: their tensors are what the optimiser steps and a checkpoint keeps.

    Made once per run, when it looks up all that it needs of the manifest (tokens, class indices); then called twice
    per step. `features` is what the towers make of samples, each by itself, so that a batch can pass in parts, on
    one device or on many; `loss` sees the features of the whole batch, wherever they were made.
    """

    keys: tuple[str, ...] = ()  # of the recipe, that belong to this objective alone
    reads_text = True  # whether it trains images and texts to fit each other
    views = 1  # augmented copies of every image that it looks at

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        """`settings` are the recipe's keys that belong to this objective alone (`keys`).

        Raises UserError if the manifest lacks what the objective needs.
        """
        super().__init__()
        self.model = built.model
        self.head: CosineHead | None = None
        self.classes: list[str] = []  # of the head's rows, in order, where there is a head
        weights = torch.from_numpy(manifest.weights.astype("float64"))
        self._keep("_weights", (weights / weights.mean()).float() if len(weights.unique()) > 1 else None)

    @abstractmethod
    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What the loss needs of each sample: tensors [n, ...] of normalised images, one [n, 3, H, W] per view.

        The images belong to `rows` (int64 [n]) of the manifest.
        """

    @abstractmethod
    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """The mean loss of a whole batch by its samples' weights: their features [n, ...] and rows (int64 [n]).

        What it draws comes from `generator`, which is the same on every device and a function of seed and step.
        """

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
    def after_step(self, progress: float) -> None:
        """Put parameters back into their range, renew what follows them; `progress` of the budget (0 to 1] is done."""

    def trained(self) -> nn.Module:
        """The model that the run keeps."""
        return self.model

    def _keep(self, name: str, tensor: torch.Tensor | None) -> None:
        """Hold a tensor that follows from the manifest: it moves with the module, and no checkpoint holds it."""
        self.register_buffer(name, tensor, persistent=False)
