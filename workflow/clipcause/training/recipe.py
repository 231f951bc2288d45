"""How to train: a recipe's resolved settings, checked, and the learning rate at every step."""

import math
from dataclasses import dataclass, fields

from clipcause.errors import UserError


@dataclass(frozen=True)
class Recipe:
    """Resolved settings of a recipe. Budgets are exact: `samples_seen` is a multiple of `batch_size`.

    model            name of the model, for people
    samples_seen     budget, samples with repeats
    batch_size       samples per step
    learning_rate    its peak, after the warm-up
    warmup_samples   linear warm-up from 0, samples; then half a cosine to 0
    weight_decay     AdamW's, of weight matrices; gains, biases and temperatures have none
    max_undecodable  share of the manifest (0 to 1) that may be dropped because it is no readable image
    reading          `random`: every epoch in a random order of all samples; `blocks`: of samples that lie side by side
    block_samples    samples of such a block
    blocks_together  blocks that are mixed with each other
    """

    objective: str
    model: str
    samples_seen: int
    batch_size: int
    learning_rate: float
    warmup_samples: int
    weight_decay: float
    max_undecodable: float
    reading: str
    block_samples: int
    blocks_together: int

    @classmethod
    def of(cls, settings: dict) -> "Recipe":
        """The recipe of resolved settings. Raises UserError for missing or unknown keys and impossible budgets."""
        wanted = {field.name for field in fields(cls)}
        for problem, keys in (("missing", wanted - settings.keys()), ("unknown", settings.keys() - wanted)):
            if keys:
                raise UserError(
                    f"recipe: {problem} {', '.join(sorted(keys))}; it has exactly {', '.join(sorted(wanted))}"
                )
        recipe = cls(**settings)
        recipe._check_budget()
        return recipe

    @property
    def steps(self) -> int:
        """How many batches the budget makes."""
        return self.samples_seen // self.batch_size

    def learning_rate_at(self, step: int) -> float:
        """Learning rate of step 0 to steps - 1: linear warm-up, then half a cosine that would meet 0 at `steps`."""
        seen = step * self.batch_size
        if seen < self.warmup_samples:
            return self.learning_rate * min(1.0, (seen + self.batch_size) / self.warmup_samples)
        progress = (seen - self.warmup_samples) / (self.samples_seen - self.warmup_samples)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))

    def _check_budget(self) -> None:
        below = self.samples_seen // self.batch_size * self.batch_size
        if below != self.samples_seen or below == 0:
            nearest = " or ".join(str(budget) for budget in (below, below + self.batch_size) if budget)
            raise UserError(
                f"samples_seen {self.samples_seen}: not a multiple of batch_size {self.batch_size}; nearest: {nearest}"
            )
        if self.warmup_samples >= self.samples_seen:
            raise UserError(
                f"warmup_samples {self.warmup_samples}: not below samples_seen {self.samples_seen}; make it smaller"
            )
