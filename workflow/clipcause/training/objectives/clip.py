"""CLIP's contrastive loss: which caption of the batch belongs to which image, and the reverse."""

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

    def __init__(self, built: ClipModel, manifest: Manifest) -> None:
        from open_clip import ClipLoss  # seconds to import, and the other objectives do without

        super().__init__(built, manifest)
        manifest.require("caption", manifest.captions, "clip")
        self._tokens = built.tokenizer(manifest.captions)
        self._contrast = ClipLoss()

    def forward(self, images: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        output = self.model(images, self._tokens.index_select(0, rows))
        if not self.weighted:
            return self._contrast(output["image_features"], output["text_features"], output["logit_scale"])
        logits = output["logit_scale"] * output["image_features"] @ output["text_features"].T
        own = torch.arange(len(rows))
        return (self.cross_entropy(logits, own, rows) + self.cross_entropy(logits.T, own, rows)) / 2

    @torch.no_grad()
    def constrain(self) -> None:
        self.model.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
