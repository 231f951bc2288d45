"""SimCLR: contrast of two views of the same image against all other images of the batch, without text."""

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from clipcause.models.build import ClipModel
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import Objective


class SimClr(Objective):
    """The normalised temperature-scaled cross-entropy, NT-Xent (Chen et al. 2020, equation 1).

    With z the unit projections of the 2n views of a batch and j(i) the other view of the same image, the loss is the
    mean over i of -log(exp(z_i.z_j(i) / temperature) / sum over k != i of exp(z_i.z_k / temperature)). Where samples
    have weights, both views of image i count by its own; as a negative it counts like any other.

    The projection is a perceptron of two layers, as wide as the features within and `projection` wide at its end; it
    is thrown away after training. The text tower is not trained.
    """

    reads_text = False
    keys = ("projection", "temperature")
    views = 2

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        super().__init__(built, manifest, settings)
        self.projection = nn.Sequential(
            nn.Linear(built.embed_dim, built.embed_dim),
            nn.ReLU(inplace=True),
            nn.Linear(built.embed_dim, settings["projection"]),
        )
        self._temperature = settings["temperature"]

    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Unit projections of the first and of the second views, each [n, projection]."""
        projected = self.projection(self.model.encode_image(torch.cat(views)))
        return functional.normalize(projected, dim=-1).chunk(2)

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        samples, projected = len(rows), torch.cat(features)
        logits = projected @ projected.T / self._temperature
        logits = logits.masked_fill(torch.eye(2 * samples, dtype=torch.bool, device=logits.device), -torch.inf)
        other_view = torch.arange(2 * samples, device=logits.device).roll(samples)
        return self.cross_entropy(logits, other_view, torch.cat([rows, rows]))
