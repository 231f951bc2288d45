"""CLIP's contrastive loss: which caption of the batch belongs to which image, and the reverse."""

import torch

from clipcause.training.objectives.pairs import Pairs


class Clip(Pairs):
    """Softmax over the batch, both ways (Radford et al. 2021, figure 3), as open_clip computes it.

    With unit features x_i, y_i and s = exp(logit_scale), the loss is the mean over i of
    -1/2 (log softmax_j(s x_i.y_j)[i] + log softmax_j(s x_j.y_i)[i]). Equal captions in a batch stay negatives. Where
    samples have weights, pair i counts by its own; as a negative it counts like any other.
    """

    name = "clip"

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        images, texts = features
        logits = self.model.logit_scale.exp() * images @ texts.T
        own = torch.arange(len(rows), device=logits.device)
        return (self.cross_entropy(logits, own, rows) + self.cross_entropy(logits.T, own, rows)) / 2
