"""How to train: a recipe's resolved settings, checked, and the learning rate at every step."""

import math
from dataclasses import asdict, dataclass, fields

from clipcause.errors import UserError


@dataclass(frozen=True)
class Recipe:
    """Resolved settings of a recipe. Budgets are exact: `samples_seen` is a multiple of `batch_size`.

    model             name of the model, for people
    samples_seen      budget, samples with repeats
    batch_size        samples per step, over all devices
    micro_batch_size  samples that pass the towers at once on a device; None for all that a step gives it
    learning_rate     its peak, after the warm-up
    warmup_samples    linear warm-up from 0, samples; then half a cosine to 0
    optimizer         adamw or sgd
    weight_decay      of weight matrices; gains, biases and temperatures have none
    start             what to start from, as the configuration says: its `source` is random, run or open_clip
    freeze            towers that are not trained: image, text
    first_subset      the subset that the training begins with, None for none
    first_share       share of the budget (0 to 1) that is spent on it, in whole batches
    crop              random crops keep at least this share of the area (0 to 1]
    flip              whether images are mirrored at random
    colour            how much brightness, contrast and saturation change, [0, 1)
    precision         fp32, tf32, bf16 or fp16
    compile           whether torch compiles the towers
    channels_last     whether a pixel's channels lie side by side in memory
    batch_norm        per_device or sync
    devices           processes that share every batch
    max_undecodable   share of the manifest (0 to 1) that may be dropped because it is no readable image
    reading           `random`: every epoch in a random order of all samples; `blocks`: of samples that lie side by side
    block_samples     samples of such a block
    blocks_together   blocks that are mixed with each other
    own               the keys that belong to the objective alone
    """

    objective: str
    model: str
    samples_seen: int
    batch_size: int
    micro_batch_size: int | None
    learning_rate: float
    warmup_samples: int
    optimizer: str
    weight_decay: float
    start: dict
    freeze: list[str]
    first_subset: str | None
    first_share: float
    crop: float
    flip: bool
    colour: float
    precision: str
    compile: bool
    channels_last: bool
    batch_norm: str
    devices: int
    max_undecodable: float
    reading: str
    block_samples: int
    blocks_together: int
    own: dict

    @classmethod
    def of(cls, settings: dict) -> "Recipe":
        """The recipe of resolved settings. Raises UserError for missing keys and impossible budgets."""
        wanted = [field.name for field in fields(cls) if field.name != "own"]
        if missing := sorted(set(wanted) - settings.keys()):
            raise UserError(f"recipe: missing {', '.join(missing)}; it has {', '.join(wanted)}")
        own = {key: value for key, value in settings.items() if key not in wanted}
        recipe = cls(**{key: settings[key] for key in wanted}, own=own)
        recipe._check_budget()
        return recipe

    @property
    def settings(self) -> dict:
        """The resolved settings, as `of` takes them."""
        shared = asdict(self)
        return shared | shared.pop("own")

    @property
    def steps(self) -> int:
        """How many batches the budget makes."""
        return self.samples_seen // self.batch_size

    @property
    def first_steps(self) -> int:
        """How many of them are on the subset that the training begins with."""
        return round(self.steps * self.first_share) if self.first_subset else 0

    @property
    def samples_per_device(self) -> int:
        """Samples of a step that one device passes."""
        return self.batch_size // self.devices

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
        parts = self.devices * (self.micro_batch_size or 1)
        if self.batch_size % parts:
            each = f"micro-batches of {self.micro_batch_size}" if self.micro_batch_size else "samples"
            raise UserError(
                f"batch_size {self.batch_size}: not a whole number of {each} for each of {self.devices} devices; "
                f"nearest: {-(-self.batch_size // parts) * parts}"
            )
        if self.warmup_samples >= self.samples_seen:
            raise UserError(
                f"warmup_samples {self.warmup_samples}: not below samples_seen {self.samples_seen}; make it smaller"
            )
        if self.first_subset and not 0 < self.first_steps < self.steps:
            raise UserError(
                f"first_share {self.first_share:g} of {self.steps} steps leaves one of the subsets without a step"
            )
