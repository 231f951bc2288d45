"""Supervised classification of the same images, with the same image tower."""

from collections.abc import Mapping

import torch

from clipcause.models.build import ClipModel
from clipcause.models.head import CosineHead
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import MAX_LOGIT_SCALE, Objective


class Supervised(Objective):
    """Cross-entropy over all classes of the manifest, with a cosine head and a learned temperature (Wen et al. 2024).

    The classes are the sorted distinct labels. The text tower takes no part and keeps its initialisation.
    """

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        super().__init__(built, manifest, settings)
        manifest.require("label", manifest.labels, "supervised")
        self.classes = sorted(set(manifest.labels))
        numbers = {name: number for number, name in enumerate(self.classes)}
        self._keep("_targets", torch.tensor([numbers[label] for label in manifest.labels]))
        self.head = CosineHead(built.embed_dim, len(self.classes))

    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The image tower's features [n, embed_dim]."""
        return (self.model.encode_image(views[0]),)

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        return self.cross_entropy(self.head(features[0]), self._targets.index_select(0, rows), rows)

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        self.head.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
