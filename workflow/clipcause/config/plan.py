"""What rules ask of a resolved configuration: which draws, seeds and runs there are, and what each of them reads."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from clipcause.config import collecting
from clipcause.config.paths import MADE
from clipcause.config.recipes import taken, trained
from clipcause.config.sources import lineage, pools_of

# Settings of a test set that evaluation reads; a change of them indexes nothing again.
EVALUATING = ("train", "vocabulary")


class Run(NamedTuple):
    """One training of one arm: a subset, a recipe and a seed."""

    arm: str
    subset: str
    recipe: str
    seed: int


class RunBatch(NamedTuple):
    """Runs of one recipe that one process serves: a name for them, their seeds, and a pattern of such recipes."""

    name: str
    seeds: tuple[int, ...]
    recipes: str


def alternatives(names: Iterable[str]) -> str:
    """A regular expression that matches these names and no other, nothing if there are none."""
    return "|".join(names) or "(?!)"


def pools_from(config: dict, source: str) -> list[str]:
    """The pools of one source: web, files or shards."""
    return [name for name, pool in config["pools"].items() if pool["source"] == source]


def testsets_from(config: dict, source: str) -> list[str]:
    """The test sets of one source: folder, web or pool."""
    return [name for name, testset in config["testsets"].items() if testset["source"] == source]


def testset_folder(config: dict, testset: str) -> str:
    """The folder of a test set that is one here or on the web."""
    settings = config["testsets"][testset]
    return settings["path"] if settings["source"] == "folder" else f"results/testsets/{testset}/folder"


def testset_files(config: dict, testset: str) -> list[str]:
    """What a test-set folder holds; the folder itself where the workflow makes it."""
    path = testset_folder(config, testset)
    if path in MADE or config["testsets"][testset]["source"] == "web":
        return [path]
    files = [*Path(path).rglob("*.t*"), *Path(path).glob("truth.csv")]
    return sorted(str(file) for file in files if file.is_file())


def shards(config: dict, subset: str) -> list[str]:
    """The folders of shards that a subset's images lie in; none where the pool took shards over as they lie."""
    return [folder for pool in pools_of(config, subset) for folder in collecting.shards(config, pool)]


def has_chance(config: dict, subset: str) -> bool:
    """Whether chance has a part in a subset, or in one that it is taken from, so that it is redrawn for every seed."""
    return any(draws_lots(config["subsets"][each]) for each in lineage(config, subset))


def draws_lots(settings: dict) -> bool:
    """Whether a subset's own method draws at random."""
    match settings["method"]:
        case "all" | "union" | "intersection" | "difference" | "label_by_caption":
            return False
        case "deduplicate" | "decontaminate" | "near_prune" | "far_prune" | "text_similarity" | "clip_score":
            return False
        case "custom":
            return settings["chance"]
        case "trim_tail":
            return settings["to"] > 0
        case "restrict":
            return any(settings[key] is not None for key in ("classes", "per_class", "samples"))
        case "captions":
            return settings["synonyms"] or settings["shuffle"] or settings["template"] == "open_clip"
        case "m4":
            return settings["as"] == "sampling"
    return True


def draws(config: dict, subset: str) -> list[int]:
    """The draws of a subset: one per seed if it has chance in it, else draw 0 alone."""
    return list(range(config["seeds"])) if has_chance(config, subset) else [0]


def draw_of(config: dict, subset: str, seed: int) -> int:
    """The draw of a subset that the run with this seed trains on."""
    return seed if has_chance(config, subset) else 0


def seed_batches(config: dict) -> list[tuple[int, ...]]:
    """The seeds of a run as one process trains them: `runs_per_job` at a time, the last batch may be smaller.

    Batch b holds the seeds [b * runs_per_job, (b + 1) * runs_per_job), so seeds added later leave
    full batches as they are.
    """
    seeds, size = config["seeds"], config["runs_per_job"]
    return [tuple(range(first, min(first + size, seeds))) for first in range(0, seeds, size)]


def seeds_of(config: dict, recipe: str) -> list[int]:
    """The seeds of the runs of a recipe; a model that is trained already is one run."""
    return list(range(config["seeds"])) if recipe in trained(config) else [0]


def run_batches(config: dict) -> list[RunBatch]:
    """The runs of a recipe as one process serves them: a batch of seeds, or the one of a model trained already."""
    trainable, others = alternatives(trained(config)), alternatives(taken(config))
    batches = [RunBatch(f"seeds_{seeds[0]}_to_{seeds[-1]}", seeds, trainable) for seeds in seed_batches(config)]
    return [*batches, RunBatch("pretrained", (0,), others)]


def runs(config: dict, study: str) -> list[Run]:
    """Every run of a study, in the order of its arms."""
    arms = config["studies"][study]["arms"].items()
    return [
        Run(arm, each["subset"], each["recipe"], seed)
        for arm, each in arms
        for seed in seeds_of(config, each["recipe"])
    ]


def all_runs(config: dict) -> list[tuple[str, str]]:
    """Every (subset, recipe) that some study compares, once and sorted."""
    return sorted({pair for study in config["studies"] for pair in _pairs(config, study)})


def studies_of(config: dict, subset: str, recipe: str) -> list[str]:
    """The studies that contain this run, in the configuration's order."""
    return [study for study in config["studies"] if (subset, recipe) in _pairs(config, study)]


def part_of_pool(config: dict, testset: str) -> dict:
    """The settings of a test set that say which part of a pool it is; all but those that evaluation reads."""
    return {key: value for key, value in config["testsets"][testset].items() if key not in EVALUATING}


def manifest(config: dict, subset: str, seed: int) -> str:
    """The manifest that the run with this seed trains on."""
    return f"results/subsets/{subset}/draw{draw_of(config, subset, seed)}/manifest.parquet"


def manifests(config: dict, subset: str, seeds: Iterable[int]) -> list[str]:
    """The manifests of a subset that the runs with these seeds train on."""
    return [manifest(config, subset, seed) for seed in seeds]


def frequency(config: dict, vocabulary: str, subset: str, seed: int) -> str:
    """How often the captions of that manifest mention the concepts of a vocabulary."""
    draw = draw_of(config, subset, seed)
    return f"results/concepts/{vocabulary}/subsets/{subset}/draw{draw}/frequency.parquet"


def subsets_in(study: dict) -> set[str]:
    """The subsets that a study trains on or counts."""
    return {study["frequency_of"], *(arm["subset"] for arm in study["arms"].values())}


def subsets_by(config: dict, similarity: bool) -> list[str]:
    """The subsets whose method reads embeddings, or all others."""
    return [name for name, subset in config["subsets"].items() if (subset.get("embedder") is not None) == similarity]


def asked_by(config: dict, study: str) -> dict[str, str]:
    """Per test set of a study the vocabulary that it asks by: its own, or else the study's."""
    settings = config["studies"][study]
    return {
        testset: config["testsets"][testset]["vocabulary"] or settings["vocabulary"] for testset in settings["testsets"]
    }


def _pairs(config: dict, study: str) -> set[tuple[str, str]]:
    return {(arm["subset"], arm["recipe"]) for arm in config["studies"][study]["arms"].values()}
