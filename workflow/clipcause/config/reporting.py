"""What rules ask of a resolved configuration about the report: the runs, subsets and pools behind all studies."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clipcause.config import drawing
from clipcause.config.evaluating import encoded_testsets
from clipcause.config.plan import all_runs, draws, seeds_of, subsets_in
from clipcause.config.sources import pools_of


def shown(config: dict) -> dict:
    """What the page shows of a configuration: all but what no result hangs on."""
    return {key: value for key, value in config.items() if key != "planning"}


def run_names(config: dict) -> list[str]:
    """Every run as the path below results/runs: `subset/recipe/seed0`, once and sorted."""
    return [f"{subset}/{recipe}/seed{seed}" for subset, recipe in all_runs(config) for seed in seeds_of(config, recipe)]


def subset_files(config: dict, file: str) -> list[str]:
    """One file of every draw of every subset that some study trains on or counts."""
    return [
        f"results/subsets/{subset}/draw{draw}/{file}" for subset in _subsets(config) for draw in draws(config, subset)
    ]


def detail_files(config: dict) -> list[str]:
    """What is said further of draw 0 of each of these subsets."""
    return [f"results/subsets/{subset}/draw0/details.json" for subset in _subsets(config)]


def pool_files(config: dict, file: str) -> list[str]:
    """One file of every pool that these subsets, or the studies' test sets, are taken from."""
    testsets = {each for subset, recipe in all_runs(config) for each in encoded_testsets(config, subset, recipe)}
    pools = {pool for subset in _subsets(config) for pool in pools_of(config, subset)}
    pools |= {config["testsets"][each]["pool"] for each in testsets if config["testsets"][each]["source"] == "pool"}
    return [f"results/pools/{pool}/{file}" for pool in sorted(pools)]


def reference_files(config: dict) -> list[str]:
    """How near test images are to each reference set that near-pruned subsets of the studies are measured against."""
    found = (drawing.reference_files(config, study).values() for study in config["studies"])
    return sorted({path for files in found for path in files})


def stages_of(rules: Iterable[Any]) -> dict[str, str]:
    """Of Snakemake's rules, the step that each one's benchmark is named after, and the stage: its file of rules."""
    return {
        str(each.benchmark).split("/")[2].removesuffix(".tsv"): Path(str(each.snakefile)).stem
        for each in rules
        if each.benchmark
    }


def _subsets(config: dict) -> list[str]:
    return sorted(set().union(*map(subsets_in, config["studies"].values())))
