"""What objectives share that compare images with captions."""

from collections.abc import Mapping

import torch

from clipcause.errors import UserError
from clipcause.models.build import ClipModel
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import MAX_LOGIT_SCALE, Objective


class Pairs(Objective):
    """Looks at each image beside its caption; the temperature between them stays within CLIP's range."""

    name: str  # of the objective

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        """Raises UserError if captions are missing, or all the same to the tokenizer: nothing is learned of them."""
        super().__init__(built, manifest, settings)
        manifest.require("caption", manifest.captions, self.name)
        tokens = built.tokenizer(manifest.captions)
        if (tokens == tokens[0]).all():
            raise UserError(
                f"{manifest.path}: to the model's tokenizer all captions are the same, such as "
                f"{manifest.captions[0]!r}; where the text tower is that of another run, it knows that run's words only"
            )
        self._keep("_tokens", tokens)

    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Unit features of images and captions, each [n, embed_dim]."""
        output = self.model(views[0], self._tokens.index_select(0, rows))
        return output["image_features"], output["text_features"]

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        self.model.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
