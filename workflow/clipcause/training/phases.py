"""The parts of a budget, each spent on the images of one manifest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from clipcause.training.devices import Devices
from clipcause.training.images import Images
from clipcause.training.manifest import Manifest
from clipcause.training.order import Blocks, batches
from clipcause.training.recipe import Recipe


@dataclass(frozen=True)
class Phase:
    """`steps` steps on some images, whose rows begin at `offset` in the manifest of all phases."""

    images: Images
    steps: int
    offset: int
    blocks: Blocks | None

    def order(self, recipe: Recipe, seed: int, first: int = 0) -> Iterator[np.ndarray]:
        """The rows of its own manifest (int64 [batch_size]) of its steps from `first` on."""
        manifest = self.images.manifest
        return batches(len(manifest), recipe.batch_size, self.steps, seed, manifest.order_key, first, self.blocks)


class Phases:
    """What is seen when: phases one after another, each with epochs of its own."""

    def __init__(self, images: Sequence[Images], recipe: Recipe, seed: int) -> None:
        """The images of the subset that training begins with, if there is one, and of the run's own subset."""
        self._recipe, self._seed = recipe, seed
        steps = (recipe.first_steps, recipe.steps - recipe.first_steps) if recipe.first_subset else (recipe.steps,)
        self._phases: list[Phase] = []
        offset = 0
        for of_phase, count in zip(images, steps, strict=True):
            blocks = None
            if recipe.reading == "blocks":
                blocks = Blocks(of_phase.manifest.by_place, recipe.block_samples, recipe.blocks_together)
            self._phases.append(Phase(of_phase, count, offset, blocks))
            offset += len(of_phase.manifest)
        self.manifest = Manifest.joined([each.manifest for each in images])

    def order(self) -> Iterator[np.ndarray]:
        """The rows of `manifest` (int64 [batch_size]) of every step."""
        for phase in self._phases:
            yield from (rows + phase.offset for rows in phase.order(self._recipe, self._seed))

    def batches(self, first: int, devices: Devices) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield for each step from `first` on this process's rows of `manifest` (int64 [n]) and pixels."""
        for phase in self._phases:
            if first < phase.steps:
                order = map(devices.part, phase.order(self._recipe, self._seed, first))
                for rows, pixels in phase.images.batches(order, phase.blocks):
                    yield rows + phase.offset, pixels
            first = max(0, first - phase.steps)
