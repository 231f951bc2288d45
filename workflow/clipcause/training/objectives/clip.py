"""CLIP's contrastive loss: which caption of the batch belongs to which image, and the reverse."""

from collections.abc import Mapping

import torch

from clipcause.models.build import ClipModel
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import MAX_LOGIT_SCALE, Objective


class Clip(Objective):
    """Softmax over the batch, both ways (Radford et al. 2021, figure 3), as open_clip computes it.

    With unit features x_i, y_i and s = exp(logit_scale), the loss is the mean over i of
    -1/2 (log softmax_j(s x_i.y_j)[i] + log softmax_j(s x_j.y_i)[i]). Equal captions in a batch stay negatives. Where
    samples have weights, pair i counts by its own; as a negative it counts like any other.
    """

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        super().__init__(built, manifest, settings)
        self._keep_tokens(built, manifest, "clip")

    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Unit features of images and captions, each [n, embed_dim]."""
        output = self.model(views[0], self._tokens.index_select(0, rows))
        return output["image_features"], output["text_features"]

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        images, texts = features
        logits = self.model.logit_scale.exp() * images @ texts.T
        own = torch.arange(len(rows), device=logits.device)
        return (self.cross_entropy(logits, own, rows) + self.cross_entropy(logits.T, own, rows)) / 2

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        self.model.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
