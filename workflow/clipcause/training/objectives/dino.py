"""DINO: a student learns to tell of one view what a slower teacher tells of the other, without labels or text."""

import copy
import math
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from clipcause.errors import UserError
from clipcause.models.build import ClipModel
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.objective import Objective
from clipcause.training.objectives.prototypes import PrototypeHead


class Dino(Objective):
    """Self-distillation over prototypes (Caron et al. 2021, equation 1 and algorithm 1), with two views of full size.

    With s and t the logits of student and teacher and c the centre, the loss of an image is the mean over the two ways
    (u, v) to order its views of -sum_k softmax((t_u - c) / teacher_temperature)_k
    log softmax(s_v / student_temperature)_k.
    Where samples have weights, the loss of image i counts by its own.

    After each step the teacher's parameters become m times theirs plus 1 - m times the student's, m rising from
    `teacher_momentum` to 1 by half a cosine over the budget; the centre likewise follows the mean of the teacher's
    logits over the batch, by `center_momentum`. What the run keeps is the teacher.

    prototypes_per_step  each step compares a random subset of the prototypes, the same for student, teacher and every
                         sample, drawn uniformly without replacement (Wen et al. 2024); the centre of the others
                         stays. None for all of them.

    The text tower is not trained.
    """

    reads_text = False
    keys = (
        *("hidden", "bottleneck", "prototypes", "prototypes_per_step"),
        *("student_temperature", "teacher_temperature", "teacher_momentum", "center_momentum"),
    )
    views = 2

    def __init__(self, built: ClipModel, manifest: Manifest, settings: Mapping) -> None:
        super().__init__(built, manifest, settings)
        self._settings = {key: settings[key] for key in self.keys}
        self._prototypes, self._per_step = settings["prototypes"], settings["prototypes_per_step"]
        if self._per_step and self._per_step > self._prototypes:
            raise UserError(
                f"prototypes_per_step {self._per_step} is more than the {self._prototypes} prototypes; set it to "
                f"{self._prototypes} at most, or to null for all"
            )
        self.projection = PrototypeHead(built.embed_dim, settings["hidden"], settings["bottleneck"], self._prototypes)
        self.teacher = copy.deepcopy(self.model).requires_grad_(False)
        self.teacher_projection = copy.deepcopy(self.projection).requires_grad_(False)
        self.register_buffer("center", torch.zeros(self._prototypes))
        self._compared: tuple[slice | torch.Tensor, torch.Tensor] | None = None  # the batch's prototypes, their means

    def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Unit bottlenecks [n, bottleneck]: the student's of both views, then the teacher's, without gradients."""
        images = torch.cat(views)
        student = self.projection(self.model.encode_image(images))
        with torch.no_grad():
            teacher = self.teacher_projection(self.teacher.encode_image(images))
        return *student.chunk(2), *teacher.chunk(2)

    def loss(self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        chosen = self._chosen(generator)
        with torch.no_grad():
            told = torch.stack([self.teacher_projection.logits(each, chosen) for each in features[2:]])
            self._compared = chosen, told.mean(dim=(0, 1))
            targets = functional.softmax((told - self.center[chosen]) / self._settings["teacher_temperature"], dim=-1)
        student = torch.stack([self.projection.logits(each, chosen) for each in features[:2]])
        guesses = functional.log_softmax(student / self._settings["student_temperature"], dim=-1)
        return self.mean(-(targets * guesses.flip(0)).sum(dim=-1).mean(dim=0), rows)

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        momentum = 1 - (1 - self._settings["teacher_momentum"]) * (1 + math.cos(math.pi * progress)) / 2
        follow(self.teacher, self.model, momentum)
        follow(self.teacher_projection, self.projection, momentum)
        if self._compared is not None:
            chosen, mean = self._compared
            kept = self._settings["center_momentum"]
            self.center[chosen] = kept * self.center[chosen] + (1 - kept) * mean
            self._compared = None

    def trained(self) -> nn.Module:
        """The teacher."""
        return self.teacher

    def _chosen(self, generator: torch.Generator) -> slice | torch.Tensor:
        """The prototypes that this step compares."""
        if self._per_step is None:
            return slice(None)
        return torch.randperm(self._prototypes, generator=generator)[: self._per_step].to(self.center.device)


def follow(teacher: nn.Module, student: nn.Module, momentum: float) -> None:
    """Move the teacher's parameters towards the student's; statistics of batch norms are each module's own."""
    for theirs, own in zip(teacher.parameters(), student.parameters(), strict=True):
        theirs.lerp_(own, 1 - momentum)
