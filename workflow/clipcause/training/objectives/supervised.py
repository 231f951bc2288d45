"""Supervised classification of the same images, with the same image tower."""

import torch

from clipcause.models.build import ClipModel
from clipcause.models.head import CosineHead
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import MAX_LOGIT_SCALE, Objective


class Supervised(Objective):
    """Cross-entropy over all classes of the manifest, with a cosine head and a learned temperature (Wen et al. 2024).

    The classes are the sorted distinct labels. The text tower takes no part and keeps its initialisation.
    """

    def __init__(self, built: ClipModel, manifest: Manifest) -> None:
        super().__init__(built, manifest)
        manifest.require("label", manifest.labels, "supervised")
        self.classes = sorted(set(manifest.labels))
        numbers = {name: number for number, name in enumerate(self.classes)}
        self._targets = torch.tensor([numbers[label] for label in manifest.labels])
        self.head = CosineHead(built.embed_dim, len(self.classes))

    def forward(self, images: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        logits = self.head(self.model.encode_image(images))
        return self.cross_entropy(logits, self._targets.index_select(0, rows), rows)

    @torch.no_grad()
    def constrain(self) -> None:
        self.head.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
