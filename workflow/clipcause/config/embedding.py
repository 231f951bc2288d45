"""What rules ask of a resolved configuration about embeddings: of what, by which model, in which parts.

A collection is `pools/{pool}`, `testsets/{testset}`, `subsets/{subset}/draw{draw}` or `vocabularies/{vocabulary}`, and
has the sides `images` and `captions`; a vocabulary's captions are its definitions.
"""

import json
from collections.abc import Iterable

from clipcause.config.counting import captions_of, part_count
from clipcause.config.plan import draw_of
from clipcause.config.sources import pools_of, sources

READS_CAPTIONS = ("text_similarity", "clip_score")
READS_IMAGES = ("deduplicate", "decontaminate", "near_prune", "far_prune", "clip_score")


def run_of(config: dict, embedder: str) -> str | None:
    """The folder of the run that an embedder is; None for one that others trained."""
    of = config["embedders"][embedder]
    return f"results/runs/{of['subset']}/{of['recipe']}/seed{of['seed']}" if of["source"] == "run" else None


def run_files(config: dict, embedder: str) -> list[str]:
    """What is read of that run; none for an embedder that others trained."""
    run = run_of(config, embedder)
    return [f"{run}/{file}" for file in ("run.json", "model.json", "model.safetensors")] if run else []


def flags(config: dict, embedder: str) -> list[str]:
    """The flags that say which model an embedder is."""
    run = run_of(config, embedder)
    return ["--embedder", json.dumps(config["embedders"][embedder])] + (["--run", run] if run else [])


def parts(config: dict, embedder: str, collection: str, side: str) -> list[str]:
    """The folders of one side of a collection, one per chunk of a pool."""
    count = part_count(config, collection) if collection.startswith("pools/") else 1
    return [f"results/embeddings/{embedder}/{collection}/{side}/part{part}of{count}" for part in range(1, count + 1)]


def table_of(config: dict, collection: str) -> str:
    """The table that says what a collection holds."""
    kind, name = collection.split("/")[:2]
    if kind == "vocabularies":
        return config["vocabularies"][name]["path"]
    return f"results/testsets/{name}/samples.parquet" if kind == "testsets" else captions_of(collection)


def inputs(config: dict, subset: str, draw: int) -> dict[str, list[str]]:
    """What a subset's method reads of embeddings, by the part it plays: `images`, `captions`, `definitions`,
    `reference` and `testsets/{testset}`."""
    settings = config["subsets"][subset]
    embedder, method = settings.get("embedder"), settings["method"]
    collections: dict[str, tuple[Iterable[str], str]] = {}
    if method in READS_IMAGES:
        collections["images"] = ([f"pools/{pool}" for pool in pools_of(config, subset)], "images")
    if method in READS_CAPTIONS:
        collections["captions"] = ([_collection(config, each, draw) for each in sources(config, subset)], "captions")
    if method == "text_similarity":
        collections["definitions"] = ([f"vocabularies/{settings['vocabulary']}"], "captions")
    for testset in settings.get("testsets", []):
        collections[f"testsets/{testset}"] = ([f"testsets/{testset}"], "images")
    if reference := settings.get("reference"):
        kind = "testsets" if reference in config["testsets"] else "pools"
        collections["reference"] = ([f"{kind}/{reference}"], "images")
    return {
        role: [folder for each in of for folder in parts(config, embedder, each, side)]
        for role, (of, side) in collections.items()
    }


def card_inputs(config: dict, subset: str) -> dict[str, list[str]]:
    """What the data card of a subset reads of embeddings, by the part it plays; nothing without `card_embedder`.

    The card of a subset that the embedder was trained on, or was made from, reads it like any other.
    """
    embedder = config["card_embedder"]
    if embedder is None:
        return {}
    read = {
        "images": [
            each for pool in pools_of(config, subset) for each in parts(config, embedder, f"pools/{pool}", "images")
        ]
    }
    return read | {
        f"testsets/{testset}": parts(config, embedder, f"testsets/{testset}", "images")
        for testset in studied_testsets(config)
    }


def near_duplicate(config: dict) -> float:
    """The cosine distance within which data cards count two images as near duplicates; 0 where nothing is embedded."""
    embedder = config["card_embedder"]
    return config["embedders"][embedder]["near_duplicate"] if embedder else 0.0


def folders(files: dict[str, list[str]]) -> list[str]:
    """All folders of some parts."""
    return [folder for several in files.values() for folder in several]


def studied_testsets(config: dict) -> list[str]:
    """The test sets of all studies, in the configuration's order."""
    studied = {testset for study in config["studies"].values() for testset in study["testsets"]}
    return [testset for testset in config["testsets"] if testset in studied]


def testsets_of(config: dict, embedder: str) -> list[str]:
    """The test sets that something is compared with by this embedder, in the configuration's order."""
    used = set(studied_testsets(config)) if config["card_embedder"] == embedder else set()
    for subset in config["subsets"].values():
        if subset.get("embedder") == embedder:
            used |= {*subset.get("testsets", []), subset.get("reference")}
    return [testset for testset in config["testsets"] if testset in used]


def _collection(config: dict, source: str, draw: int) -> str:
    if source in config["pools"]:
        return f"pools/{source}"
    return f"subsets/{source}/draw{draw_of(config, source, draw)}"
