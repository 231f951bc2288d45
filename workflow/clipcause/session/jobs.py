"""A job of the workflow, as far as a person cares."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SEEDS = re.compile(r"_seeds_(\d+)_to_(\d+)$")
WEIGHTS = re.compile(r"results/runs/.+/model\.safetensors")


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
    size: float = 1.0  # samples seen by the runs it trains, else 1

    def __str__(self) -> str:
        return f"{self.step} {self.names}".rstrip()


def step_of(rule: str) -> str:
    """The name of a rule without the seeds that it serves."""
    return SEEDS.sub("", rule)


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


def size_of(runs: int, params: Mapping[str, Any]) -> float:
    """The samples that the runs of a job see; 1 for a job that trains nothing."""
    recipe = json.loads(params["recipe"]) if runs and "recipe" in params else {}
    return float(runs * recipe.get("samples_seen", 0)) or 1.0
