"""The forward and backward pass of one batch: in micro-batches, on several devices, in any precision."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from clipcause.models.preprocess import Preprocess
from clipcause.training.augmentation import Augmentation
from clipcause.training.devices import Devices
from clipcause.training.objectives import Objective
from clipcause.training.recipe import Recipe

AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}

Features = tuple[torch.Tensor, ...]


class Passes:
    """Adds the gradients of a batch's loss to the parameters, however the batch is cut into parts.

    A loss that compares samples with each other needs the features of all of them. So where there are several parts,
    features are first made without gradients and exchanged; the loss of the whole batch gives the gradient of each
    feature; and each part passes again with these (Gao et al. 2021, "Scaling deep contrastive learning batch size
    under memory limited setup"). Gradients are those of the undivided batch, but for batch norms, whose statistics
    are a part's own. The loss is computed in fp32, in every process alike.
    """

    def __init__(
        self,
        objective: Objective,
        preprocess: Preprocess,
        recipe: Recipe,
        devices: Devices,
        scaler: torch.amp.GradScaler,
    ) -> None:
        """`scaler` keeps small gradients of fp16 from vanishing; disabled for other precisions."""
        self._objective, self._preprocess, self._devices, self._scaler = objective, preprocess, devices, scaler
        self._augmentation = Augmentation.of(recipe, objective.views)
        self._towers = torch.compile(objective.features) if recipe.compile else objective.features
        self._dtype = AUTOCAST.get(recipe.precision)
        self._memory = memory_format(recipe)
        self._micro_batch = recipe.micro_batch_size or recipe.samples_per_device

    def backward(self, rows: torch.Tensor, pixels: torch.Tensor, seed: int) -> torch.Tensor:
        """Add the gradients and return the loss, a scalar, of the batch of which this process has a part.

        The part is rows, int64 [n], and pixels, uint8 [n, H, W, 3]. All that is random is a function of `seed`.
        """
        draws = self._draws(len(rows), seed)
        rows, pixels = map(self._devices.put, (rows, pixels))
        parts = list(zip(*(each.split(self._micro_batch) for each in (rows, pixels)), draws, strict=True))
        generator = torch.Generator().manual_seed(seed)
        if len(parts) == self._devices.size == 1:
            loss = self._objective.loss(self._features(parts[0], 0, seed), rows, generator)
            self._scaler.scale(loss).backward()
            return loss.detach()
        return self._backward_in_parts(parts, self._devices.gather(rows), seed, generator)

    def _backward_in_parts(
        self, parts: list[tuple], rows: torch.Tensor, seed: int, generator: torch.Generator
    ) -> torch.Tensor:
        one = self._features(parts[0], 0, seed) if len(parts) == 1 else None
        own = one or self._features_without_gradients(parts, seed)
        leaves = [self._devices.gather(each.detach()).requires_grad_(each.is_floating_point()) for each in own]
        loss = self._objective.loss(tuple(leaves), rows, generator)
        self._scaler.scale(loss).backward()
        of_loss = self._take_gradients()
        wanted = [None if leaf.grad is None else self._devices.part(leaf.grad) for leaf in leaves]
        for number, part in enumerate(parts):
            features = one or self._features(part, number, seed)
            cut = slice(number * self._micro_batch, (number + 1) * self._micro_batch)
            pairs = [
                (made, g[cut]) for made, g in zip(features, wanted, strict=True) if made.requires_grad and g is not None
            ]
            if pairs:
                torch.autograd.backward(*zip(*pairs, strict=True))
        self._devices.add(p.grad for p in self._objective.parameters() if p.grad is not None)
        for parameter, gradient in of_loss:
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        return loss.detach()

    def _features_without_gradients(self, parts: list[tuple], seed: int) -> Features:
        """The features of all parts; statistics of batch norms stay as they are."""
        with torch.no_grad(), _keeping_statistics(self._objective):
            made = [self._features(part, number, seed) for number, part in enumerate(parts)]
        return tuple(torch.cat(each) for each in zip(*made, strict=True))

    def _features(self, part: tuple[torch.Tensor, torch.Tensor, torch.Tensor], number: int, seed: int) -> Features:
        """The features of one part in fp32; what a model draws by itself, such as dropout, hangs on seed and part."""
        rows, pixels, draws = part
        self._devices.seed(seed + number * self._devices.size + self._devices.rank)
        images = self._preprocess.channels_first(pixels)
        views = tuple(
            self._preprocess.normalise(view.contiguous(memory_format=self._memory))
            for view in self._augmentation(images, draws)
        )
        if self._dtype is None:
            return self._towers(views, rows)
        with torch.autocast(self._devices.device.type, dtype=self._dtype):
            made = self._towers(views, rows)
        return tuple(each.float() if each.is_floating_point() else each for each in made)

    def _draws(self, samples: int, seed: int) -> Iterator[torch.Tensor]:
        """For each micro-batch of this process the numbers that its augmentation takes."""
        if not self._augmentation.active:
            return (None for _ in range(-(-samples // self._micro_batch)))
        generator = torch.Generator().manual_seed(seed)
        drawn = self._augmentation.draw(samples * self._devices.size, generator)
        own = drawn[:, self._devices.rank * samples : (self._devices.rank + 1) * samples]
        return iter(self._devices.put(own).split(self._micro_batch, dim=1))

    def _take_gradients(self) -> list[tuple[nn.Parameter, torch.Tensor]]:
        """The gradients that the loss gave its own parameters, the same in every process; they are taken off."""
        taken = [(p, p.grad) for p in self._objective.parameters() if p.grad is not None]
        for parameter, _ in taken:
            parameter.grad = None
        return taken


def memory_format(recipe: Recipe) -> torch.memory_format:
    """How images and the weights of convolutions lie in memory."""
    return torch.channels_last if recipe.channels_last else torch.contiguous_format


@contextmanager
def _keeping_statistics(module: nn.Module) -> Iterator[None]:
    """Let batch norms normalise as in training without moving their running statistics."""
    norms = [each for each in module.modules() if isinstance(each, nn.modules.batchnorm._BatchNorm) and each.training]
    for norm in norms:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True
