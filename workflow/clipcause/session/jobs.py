"""A job of the workflow, as far as a person cares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clipcause.job.took import Spent, Took
from clipcause.rates.measured import Work
from clipcause.rates.times import read_took

SEEDS = re.compile(r"_seeds_(\d+)_to_(\d+)$")
WEIGHTS = re.compile(r"results/runs/.+/model\.safetensors")

NOTHING_KNOWN = Work("")


@dataclass(frozen=True)
class Job:
    """What a job makes, and how much work it is compared with others of its step."""

    number: int  # Snakemake's jobid
    step: str  # its rule; a rule that serves some seeds without them: `train`
    names: str  # what it is about: `longtail/clip seeds 0-1`
    stage: str = ""  # the rules file: `training`
    outputs: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    threads: int = 1
    runs: int = 0  # how many runs it trains
    work: Work = NOTHING_KNOWN  # how much it has to do
    gpus: int = 0
    memory: int | None = None  # MB that its rule asks for

    def __str__(self) -> str:
        return f"{self.step} {self.names}".rstrip()


def step_of(rule: str) -> str:
    """The name of a rule without the seeds that it serves."""
    return SEEDS.sub("", rule)


def seeds_of(rule: str) -> range:
    """The seeds that a rule serves, from its name; seed 0 of a rule for models that others trained."""
    found = SEEDS.search(rule)
    return range(int(found[1]), int(found[2]) + 1) if found else range(1)


def names_of(rule: str, wildcards: Mapping[str, str]) -> str:
    """What a job is about, from its wildcards and seeds: `longtail/clip seeds 0-1`, `diverse chunk 0`."""
    texts = [value for value in wildcards.values() if not value.isdigit()]
    words = ["/".join(texts)] if texts else []
    words += [f"{name} {value}" for name, value in wildcards.items() if value.isdigit() and name != "parts"]
    if seeds := SEEDS.search(rule):
        first, last = seeds.groups()
        words.append(f"seed {first}" if first == last else f"seeds {first}-{last}")
    return " ".join(words)


def runs_in(outputs: tuple[str, ...]) -> int:
    """How many runs are among the outputs of a job."""
    return sum(bool(WEIGHTS.fullmatch(output)) for output in outputs)


def took_of(job: Job, seconds: float) -> Took:
    """What a job took that is done: as its log says, else the seconds from its begin to its end."""
    return read_took(job.logs) or Took(Spent(seconds))
