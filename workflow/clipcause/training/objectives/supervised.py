"""Supervised classification of the same images, with the same image tower."""

from collections.abc import Mapping

import torch

from clipcause.errors import UserError
from clipcause.models.build import ClipModel
from clipcause.models.head import CosineHead, text_rows
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import MAX_LOGIT_SCALE, Objective
from clipcause.training.objectives.vocabulary import WEIGHTINGS, drawn_vocabulary


class Supervised(Objective):
    """Cross-entropy over the classes, with a cosine head and a learned temperature (Wen et al. 2024).

    The classes are the sorted distinct labels of the manifest. The loss of sample i of class c_i is
    -log(exp(l_i,c_i) / sum over c in V of exp(l_ic)), l the head's logits. V is all classes, or with a
    `vocabulary_size` K the K of a step: those of the batch and random others, drawn once for the whole batch by the
    `vocabulary_weighting` of training labels. A batch that holds more than K classes competes within these.

    head  `learned`, or `text`: fixed unit embeddings of the class names in `head_template`, as the model's own text
          tower makes them before training

    The text tower is not trained.
    """

    reads_text = False
    keys = ("head", "head_template", "vocabulary_size", "vocabulary_weighting")

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        super().__init__(built, manifest, settings)
        manifest.require("label", manifest.labels, "supervised")
        self.classes = sorted(set(manifest.labels))
        if len(self.classes) < 2:
            raise UserError(
                f"{manifest.path}: all labels are {self.classes[0]!r}; supervised needs two classes or more"
            )
        numbers = {name: number for number, name in enumerate(self.classes)}
        self._keep("_targets", torch.tensor([numbers[label] for label in manifest.labels]))
        self.head = self._new_head(built, settings)
        counts = self._targets.bincount(minlength=len(self.classes)).double()
        self._keep("_draw_weights", WEIGHTINGS[settings["vocabulary_weighting"]](counts))
        self._size = settings["vocabulary_size"]
        if self._size and self._size > len(self.classes):
            raise UserError(
                f"{manifest.path}: vocabulary_size {self._size} is more than the {len(self.classes)} classes of its "
                f"labels; set it to {len(self.classes)} at most, or to null for all"
            )

    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The image tower's features [n, embed_dim]."""
        return (self.model.encode_image(views[0]),)

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        logits, targets = self.head(features[0]), self._targets.index_select(0, rows)
        if self._size:
            inside = drawn_vocabulary(self._draw_weights, targets, self._size, generator)
            logits = logits.masked_fill(~inside, -torch.inf)
        return self.cross_entropy(logits, targets, rows)

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        self.head.logit_scale.clamp_(0, MAX_LOGIT_SCALE)

    def _new_head(self, built: ClipModel, settings: Mapping) -> CosineHead:
        if settings["head"] == "text":
            return CosineHead.fixed(text_rows(built, self.classes, settings["head_template"]))
        return CosineHead(built.embed_dim, len(self.classes))
