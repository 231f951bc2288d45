"""Rates: what a unit of work takes, from jobs that are done.

A job of a step takes a fixed start and so much per unit. The start is what jobs say passed before their work began
(`job.took`); the rest, over the units, is the rate. What of it jobs say their model took grows with the model, the rest
does not. Jobs of other kinds of a step cost differently per unit: an objective, a method, a model. Rates are sums over
jobs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from math import inf

from clipcause.job.took import Spent, Took


@dataclass(frozen=True)
class Work:
    """How much a job has to do: `units` of what its step counts, of one kind; None if that can't be told yet.

    `model` is the settings of the model that does it, as JSON with sorted keys; empty where none does. What it writes
    grows with `stored`, such as the runs that it trains; None if that is its units.
    """

    step: str
    units: float | None = 1.0
    kind: str = ""
    model: str = ""
    stored: float | None = None

    @property
    def grows_by(self) -> float | None:
        """What the bytes that it writes grow with."""
        return self.units if self.stored is None else self.stored

    @property
    def alike(self) -> tuple[str, str, str]:
        """What jobs share that take as long per unit."""
        return self.step, self.kind, self.model


@dataclass
class Sums:
    """Of some jobs: how many, their units, what they took, of it before work began and in a model, the bytes they
    wrote, of what.
    """

    jobs: int = 0
    units: float = 0.0
    whole: Spent = field(default_factory=Spent)
    start: Spent = field(default_factory=Spent)
    in_model: Spent = field(default_factory=Spent)
    bytes: int = 0
    stored: float = 0.0

    def merge(self, other: "Sums") -> None:
        """Count the jobs of others as well."""
        self.jobs += other.jobs
        self.units += other.units
        self.whole += other.whole
        self.start += other.start
        self.in_model += other.in_model
        self.bytes += other.bytes
        self.stored += other.stored

    def took(self, units: float | None, scale: float = 1.0) -> Spent:
        """What a job of so many units takes, by a model that costs `scale` of theirs; of unknown units, as the mean."""
        units = self.units / self.jobs if units is None else units
        times = units / self.units if self.units else 0.0
        besides = self.whole - self.start - self.in_model
        return self.start * (1 / self.jobs) + (besides + self.in_model * scale) * times

    def written(self, work: Work) -> float:
        """The bytes that a job with this work writes."""
        return self.bytes * (work.grows_by or 0.0) / self.stored if self.stored else 0.0


class Rates:
    """What jobs took, by step, kind and model."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str], Sums] = {}
        self._steps: dict[str, Sums] = {}

    def learn(self, work: Work, took: Took, written: int = 0) -> None:
        """Learn from a job that is done, and wrote so many bytes."""
        if work.units is not None:
            work_done = took.whole - took.start
            spent = took.whole, took.start, work_done if took.in_model is None else took.in_model
            self._add(work.alike, Sums(1, work.units, *spent, written, work.grows_by))

    def of(self, work: Work) -> Sums | None:
        """The jobs that were like this one in step, kind and model; None if there was none."""
        return self._sums.get(work.alike)

    def of_step(self, step: str) -> Sums | None:
        """All jobs of a step, whatever their kind; None if there was none."""
        return self._steps.get(step)

    def kinds(self, step: str) -> Iterator[tuple[str, str, Sums]]:
        """Kind, model and sums of the jobs of a step."""
        return ((kind, model, sums) for (each, kind, model), sums in self._sums.items() if each == step)

    def __len__(self) -> int:
        return sum(sums.jobs for sums in self._steps.values())

    def as_json(self) -> list[dict]:
        """A list for `from_json`."""
        keys = ("step", "kind", "model")
        return [dict(zip(keys, alike, strict=True)) | asdict(sums) for alike, sums in sorted(self._sums.items())]

    @classmethod
    def from_json(cls, listed: list[Mapping]) -> "Rates":
        """Read back what `as_json` made. Raises KeyError, TypeError or ValueError for what it did not make."""
        rates = cls()
        for each in listed:
            spent = (Spent(**each[of]) for of in ("whole", "start", "in_model"))
            sums = Sums(each["jobs"], each["units"], *spent, each["bytes"], each["stored"])
            if sums.jobs < 1 or not all(0 <= number < inf for number in _numbers(asdict(sums))):
                raise ValueError(f"{each['step']}: no measured numbers")
            rates._add((each["step"], each["kind"], each["model"]), sums)
        return rates

    def _add(self, alike: tuple[str, str, str], sums: Sums) -> None:
        self._sums.setdefault(alike, Sums()).merge(sums)
        self._steps.setdefault(alike[0], Sums()).merge(sums)


def _numbers(sums: Mapping) -> Iterator[float]:
    for each in sums.values():
        yield from _numbers(each) if isinstance(each, Mapping) else [each]
