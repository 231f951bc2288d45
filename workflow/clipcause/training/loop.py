"""The loop that trains every arm, and all that changes while it runs."""

import math
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch

from clipcause.errors import UserError
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.job.took import in_model
from clipcause.models.preprocess import Preprocess
from clipcause.training.board import Board
from clipcause.training.checkpoints import RunState
from clipcause.training.devices import Devices
from clipcause.training.objectives import Objective
from clipcause.training.optimizer import new_optimizer
from clipcause.training.passes import Passes, memory_format
from clipcause.training.phases import Phases
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

    def advance(self, recipe: Recipe, loss: float) -> dict | None:
        """Count a step; every few steps it adds a record with the mean loss since the one before, and returns it."""
        rate = recipe.learning_rate_at(self.step)
        self.step += 1
        self.losses.append(loss)
        if self.step % max(1, recipe.steps // LINES) and self.step != recipe.steps:
            return None
        mean = math.fsum(self.losses) / len(self.losses)
        self.losses.clear()
        seen = self.step * recipe.batch_size
        self.curve.append({"step": self.step, "samples_seen": seen, "loss": mean, "learning_rate": rate})
        return self.curve[-1]


class Training:
    """One run in training. Two runs with the same seed, recipe and manifests make the same bytes, resumed or not.

    All that is random is a function of seed and epoch or step, so that a resumed run needs no generator's state.
    """

    def __init__(
        self,
        name: str,
        objective: Objective,
        phases: Phases,
        preprocess: Preprocess,
        recipe: Recipe,
        seed: int,
        devices: Devices | None = None,
    ) -> None:
        """`name` is for people."""
        self.name = name
        self.devices = devices or Devices()
        self.objective = objective.to(self.devices.device, memory_format=memory_format(recipe))
        self.phases, self.recipe, self.seed = phases, recipe, seed
        self._board: Board | None = None
        self.optimizer = new_optimizer(objective, recipe.optimizer, recipe.weight_decay)
        self._scaler = torch.amp.GradScaler(self.devices.device.type, enabled=recipe.precision == "fp16")
        self._passes = Passes(objective, preprocess, recipe, self.devices, self._scaler)
        self._unread: Callable[[], float] | None = None  # reads the last step's loss, which a GPU may still compute
        self.position = Position()

    def run(self, state: RunState, checkpoint_seconds: float, board: Path | None = None) -> None:
        """Train from the last checkpoint, if there is one, to the end of the budget.

        A checkpoint is kept every `checkpoint_seconds`, and when SIGTERM or SIGINT asks to stop: the signal takes
        its course after that. In the folder `board` TensorBoard finds the learning curve while it grows. Raises
        UserError if the loss or a weight stops being a number; the last checkpoint, which holds numbers only, stays.
        """
        self._resume(state)
        done = self.position.step * self.recipe.batch_size
        self._board = Board(board, done) if board and self.devices.leads else None
        progress = Progress(self.name, self.recipe.samples_seen, "samples", done)
        kept = time.monotonic()
        with deferred_signals() as arrived:
            began = time.perf_counter()
            for rows, pixels in self.phases.batches(self.position.step, self.devices):
                with in_model(torch.get_num_threads()):
                    self._step(rows, pixels)
                now = time.perf_counter()
                self.position.seconds += now - began
                began = now
                progress.update(self.position.step * self.recipe.batch_size)
                stopping = self.devices.any(bool(arrived))
                if self.devices.any(stopping or time.monotonic() - kept >= checkpoint_seconds):
                    self._read_loss()
                    self._refuse_no_numbers()
                    self._save(state)
                    kept = time.monotonic()
                if stopping:
                    break
            self._read_loss()
            self._refuse_no_numbers()
        if self._board:
            self._board.close()
        if self.devices.any(bool(arrived)):  # whoever handles the signal may have come back
            sys.exit(128 + (arrived or [signal.SIGTERM])[0])

    def _step(self, rows: torch.Tensor, pixels: torch.Tensor) -> None:
        step = self.position.step + (self._unread is not None)
        rate = self.recipe.learning_rate_at(step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        began = time.perf_counter()
        loss = self._passes.backward(rows, pixels, self._step_seed(step))
        self._read_loss()
        self._unread = self.devices.later(loss)
        if self.devices.device.type == "cpu":
            self._read_loss()
        self.position.seconds_in_passes += time.perf_counter() - began
        self._scaler.step(self.optimizer)
        self._scaler.update()
        self.optimizer.zero_grad()
        self.objective.after_step((step + 1) / self.recipe.steps)

    def _read_loss(self) -> None:
        """Count the last step with its loss, for which a GPU is waited for; a loss that is no number ends the run."""
        if self._unread is None:
            return
        value, self._unread = self._unread(), None
        if not math.isfinite(value):
            raise self._diverged(f"the loss is {value} at", self.position.step + 1)
        record = self.position.advance(self.recipe, value)
        if record and self._board:
            self._board.show(record)

    def _refuse_no_numbers(self) -> None:
        """Raise UserError if a weight is no number: the last step may have a loss and yet ruin the model."""
        kept = self.objective.trained().state_dict()  # with the statistics of batch norms
        for name, tensor in (dict(self.objective.named_parameters()) | kept).items():
            if tensor.is_floating_point() and not tensor.isfinite().all():
                raise self._diverged(f"{name} holds no numbers after", self.position.step)

    def _diverged(self, what: str, step: int) -> UserError:
        return UserError(
            f"{self.name}: {what} step {step} of {self.recipe.steps}; lower "
            f"learning_rate {self.recipe.learning_rate:g} or lengthen warmup_samples {self.recipe.warmup_samples}"
        )

    def _step_seed(self, step: int) -> int:
        """Seeds augmentation, and what models and losses draw by themselves: a function of seed and step."""
        return int(np.random.SeedSequence([self.seed, step]).generate_state(1)[0])

    def _save(self, state: RunState) -> None:
        if self.devices.leads:
            state.save_checkpoint(
                {
                    "objective": self.objective.state_dict(),
                    "optimizer": self.optimizer.state_dict(),
                    "scaler": self._scaler.state_dict(),
                    "position": asdict(self.position),
                }
            )

    def _resume(self, state: RunState) -> None:
        snapshot = state.load_checkpoint()
        if snapshot:
            self.objective.load_state_dict(snapshot["objective"])
            self.optimizer.load_state_dict(snapshot["optimizer"])
            self._scaler.load_state_dict(snapshot["scaler"])
            self.position = Position(**snapshot["position"])
            log.info("training goes on after step %d of %d", self.position.step, self.recipe.steps)
