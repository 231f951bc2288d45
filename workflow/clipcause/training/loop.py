"""The loop that trains every arm, and all that changes while it runs."""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import numpy as np
import torch

from clipcause.command import log
from clipcause.errors import UserError
from clipcause.models.preprocess import Preprocess
from clipcause.progress import Progress
from clipcause.training.checkpoints import RunState
from clipcause.training.images import Images
from clipcause.training.objectives import Objective
from clipcause.training.optimizer import new_optimizer
from clipcause.training.order import Blocks, batches
from clipcause.training.recipe import Recipe
from clipcause.training.signals import deferred_signals

LINES = 100  # about as many records has a learning curve


@dataclass
class Position:
    """Where a run stands: steps done, records so far, losses since the last record, wall time (seconds)."""

    step: int = 0
    curve: list[dict] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    seconds_in_passes: float = 0.0  # of them in the forward and backward passes

    def advance(self, recipe: Recipe, loss: float, learning_rate: float) -> None:
        """Count a step; every few steps it adds a record with the mean loss since the one before."""
        self.step += 1
        self.losses.append(loss)
        if self.step % max(1, recipe.steps // LINES) == 0 or self.step == recipe.steps:
            seen = self.step * recipe.batch_size
            mean = math.fsum(self.losses) / len(self.losses)
            self.curve.append({"step": self.step, "samples_seen": seen, "loss": mean, "learning_rate": learning_rate})
            self.losses.clear()


class Training:
    """One run in training. Two runs with the same seed, recipe and manifest make the same bytes, resumed or not.

    All that is random is a function of seed and epoch or step, so that a resumed run needs no generator's state.
    """

    def __init__(
        self, name: str, objective: Objective, images: Images, preprocess: Preprocess, recipe: Recipe, seed: int
    ) -> None:
        """`name` is for people."""
        self.name = name
        self.objective = objective.train()
        self.images, self.preprocess, self.recipe, self.seed = images, preprocess, recipe, seed
        self.optimizer = new_optimizer(objective, recipe.weight_decay)
        self.position = Position()
        self.blocks = None
        if recipe.reading == "blocks":
            self.blocks = Blocks(images.manifest.by_place, recipe.block_samples, recipe.blocks_together)

    def order(self, first: int = 0) -> Iterator[np.ndarray]:
        """The rows (int64 [batch_size]) of every step from `first` on."""
        manifest, recipe = self.images.manifest, self.recipe
        key = manifest.order_key
        return batches(len(manifest), recipe.batch_size, recipe.steps, self.seed, key, first, self.blocks)

    def run(self, state: RunState, checkpoint_seconds: float) -> None:
        """Train from the last checkpoint, if there is one, to the end of the budget.

        A checkpoint is kept every `checkpoint_seconds`, and when SIGTERM or SIGINT asks to stop: the signal takes
        its course after that. Raises UserError if the loss stops being a number; the last checkpoint stays.
        """
        self._resume(state)
        done = self.position.step * self.recipe.batch_size
        progress = Progress(self.name, self.recipe.samples_seen, "samples", done)
        kept = time.monotonic()
        with deferred_signals() as arrived:
            began = time.perf_counter()
            for rows, pixels in self.images.batches(self.order(self.position.step), self.blocks):
                self._step(rows, pixels)
                now = time.perf_counter()
                self.position.seconds += now - began
                began = now
                progress.update(self.position.step * self.recipe.batch_size)
                if arrived or time.monotonic() - kept >= checkpoint_seconds:
                    state.save_checkpoint(self._snapshot())
                    kept = time.monotonic()
                if arrived:
                    break
        if arrived:  # whoever handles the signal may have come back
            sys.exit(128 + arrived[0])

    def _step(self, rows: torch.Tensor, pixels: torch.Tensor) -> None:
        rate = self.recipe.learning_rate_at(self.position.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.default_generator.manual_seed(self._step_seed())
        inputs = self.preprocess(pixels)
        began = time.perf_counter()
        loss = self.objective(inputs, rows)
        value = loss.item()
        if not math.isfinite(value):
            raise UserError(
                f"{self.name}: the loss is {value} at step {self.position.step + 1} of {self.recipe.steps}; lower "
                f"learning_rate {self.recipe.learning_rate:g} or lengthen warmup_samples {self.recipe.warmup_samples}"
            )
        loss.backward()
        self.position.seconds_in_passes += time.perf_counter() - began
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.objective.constrain()
        self.position.advance(self.recipe, value, rate)

    def _step_seed(self) -> int:
        """Seeds what a model draws by itself, such as dropout: a function of seed and step."""
        return int(np.random.SeedSequence([self.seed, self.position.step]).generate_state(1)[0])

    def _snapshot(self) -> dict:
        return {
            "objective": self.objective.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "position": asdict(self.position),
        }

    def _resume(self, state: RunState) -> None:
        snapshot = state.load_checkpoint()
        if snapshot:
            self.objective.load_state_dict(snapshot["objective"])
            self.optimizer.load_state_dict(snapshot["optimizer"])
            self.position = Position(**snapshot["position"])
            log.info("training goes on after step %d of %d", self.position.step, self.recipe.steps)
