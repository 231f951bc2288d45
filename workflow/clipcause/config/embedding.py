"""What rules ask of a resolved configuration about embeddings: of what, by which model, in which parts.

A collection is `pools/{pool}`, `testsets/{testset}`, `subsets/{subset}/draw{draw}` or `vocabularies/{vocabulary}`, and
has the sides `images` and `captions`; a vocabulary's captions are its definitions.
"""

import json
from collections.abc import Iterable

from clipcause.config.counting import captions_of, part_count, vocabulary_files
from clipcause.config.plan import draw_of, subsets_in
from clipcause.config.sources import lineage, pools_of, sources

READS_CAPTIONS = ("text_similarity", "clip_score")
READS_IMAGES = ("deduplicate", "decontaminate", "near_prune", "far_prune", "clip_score")


def run_of(config: dict, embedder: str) -> str | None:
    """The folder of the run that an embedder is; None for one that others trained."""
    of = config["embedders"][embedder]
    return f"results/runs/{of['subset']}/{of['recipe']}/seed{of['seed']}" if of["source"] == "run" else None


def run_files(config: dict, embedder: str) -> list[str]:
    """What is read of that run, or the file with the weights of an embedder that others trained."""
    run = run_of(config, embedder)
    if run is None:
        pretrained = config["embedders"][embedder]["pretrained"]
        return [pretrained] if "/" in pretrained else []
    return [f"{run}/{file}" for file in ("run.json", "model.json", "model.safetensors")]


def flags(config: dict, embedder: str) -> list[str]:
    """The flags that say which model an embedder is."""
    run = run_of(config, embedder)
    return ["--embedder", json.dumps(config["embedders"][embedder])] + (["--run", run] if run else [])


def parts(config: dict, embedder: str, collection: str, side: str) -> list[str]:
    """The folders of one side of a collection: of a pool's images one per chunk, else one."""
    count = part_count(config, collection) if collection.startswith("pools/") and side == "images" else 1
    return [f"results/embeddings/{embedder}/{collection}/{side}/part{part}of{count}" for part in range(1, count + 1)]


def table_of(config: dict, collection: str) -> str:
    """The table that says what a collection holds."""
    kind, name = collection.split("/")[:2]
    if kind == "vocabularies":
        return config["vocabularies"][name]["path"]
    return f"results/testsets/{name}/samples.parquet" if kind == "testsets" else captions_of(collection)


def table_files(config: dict, collection: str) -> list[str]:
    """The files that the table of a collection is read from; none for a vocabulary that a package ships."""
    kind, name = collection.split("/")[:2]
    return vocabulary_files(config, name) if kind == "vocabularies" else [table_of(config, collection)]


def inputs(config: dict, subset: str, draw: int) -> dict[str, list[str]]:
    """What a subset's method reads of embeddings, by the part it plays: `images`, `captions/{source}`,
    `definitions`, `reference` and `testsets/{testset}`."""
    settings = config["subsets"][subset]
    embedder, method = settings.get("embedder"), settings["method"]
    collections: dict[str, tuple[Iterable[str], str]] = {}
    if method in READS_IMAGES:
        collections["images"] = ([f"pools/{pool}" for pool in pools_of(config, subset)], "images")
    if method in READS_CAPTIONS:
        for source in sources(config, subset):
            collections[f"captions/{source}"] = ([_collection(config, source, draw)], "captions")
    if method == "text_similarity":
        collections["definitions"] = ([f"vocabularies/{settings['vocabulary']}"], "captions")
    for testset in settings.get("testsets", []):
        collections[f"testsets/{testset}"] = ([f"testsets/{testset}"], "images")
    if reference := settings.get("reference"):
        collections["reference"] = ([reference_collection(config, reference)], "images")
    return {
        role: [folder for each in of for folder in parts(config, embedder, each, side)]
        for role, (of, side) in collections.items()
    }


def card_inputs(config: dict, subset: str) -> dict[str, list[str]]:
    """What the data card of a subset reads of embeddings, by the part it plays: nothing if no study asks for it."""
    embedder = card_embedder(config, subset)
    if embedder is None:
        return {}
    images = [each for pool in pools_of(config, subset) for each in parts(config, embedder, f"pools/{pool}", "images")]
    telling = [study for study in _studies(config, subset) if study["embedder"] == embedder]
    asked = {testset for study in telling for testset in study["testsets"]}
    return {"images": images} | {
        f"testsets/{testset}": parts(config, embedder, f"testsets/{testset}", "images")
        for testset in config["testsets"]
        if testset in asked
    }


def card_embedder(config: dict, subset: str) -> str | None:
    """The embedder by which the studies of a subset tell similarity; all that have one agree in it."""
    return next((study["embedder"] for study in _studies(config, subset) if study["embedder"]), None)


def near_duplicate(config: dict, subset: str) -> float:
    """The cosine distance within which its data card counts two images as near duplicates; 0 without an embedder."""
    embedder = card_embedder(config, subset)
    return config["embedders"][embedder]["near_duplicate"] if embedder else 0.0


def of_data(attribute: dict) -> dict:
    """The settings of an attribute that say which samples of a pool have it, without those for models and test sets."""
    return {key: attribute[key] for key in ("words", "column", "values", "others", "target")}


def card_attributes(config: dict, subset: str) -> dict[str, dict]:
    """The attributes that the studies of a subset ask its data card for, by name."""
    asked = {name for study in _studies(config, subset) for name in study["attributes"]}
    return {name: of_data(of) for name, of in config["attributes"].items() if name in asked}


def references(config: dict, study: str) -> list[str]:
    """The collections that near-pruned subsets behind a study are measured against by its embedder."""
    settings = config["studies"][study]
    behind = {each for subset in sorted(subsets_in(settings)) for each in lineage(config, subset)}
    pruned = [of for name, of in config["subsets"].items() if name in behind and of.get("reference")]
    own = [of["reference"] for of in pruned if of["embedder"] == settings["embedder"]]
    return [reference_collection(config, each) for each in dict.fromkeys(own)]


def reference_collection(config: dict, reference: str) -> str:
    """The collection that a reference set is: a test set's images, or a pool's."""
    return f"{'testsets' if reference in config['testsets'] else 'pools'}/{reference}"


def testset_folders(config: dict, embedder: str, collection: str) -> dict[str, list[str]]:
    """By test set its images' folders, of those that a reference set is compared with: the test sets of all studies by
    this embedder, without those that the reference set is or holds."""
    name = collection.split("/")[1]
    telling = [of for of in config["studies"].values() if of["embedder"] == embedder]
    asked = {testset for of in telling for testset in of["testsets"]}
    return {
        each: parts(config, embedder, f"testsets/{each}", "images")
        for each, of in config["testsets"].items()
        if each in asked and name not in (each, of.get("pool"))
    }


def folders(files: dict[str, list[str]]) -> list[str]:
    """All folders of some parts."""
    return [folder for several in files.values() for folder in several]


def testsets_of(config: dict, embedder: str) -> list[str]:
    """The test sets that something is compared with by this embedder, in the configuration's order."""
    asking = [*config["studies"].values(), *config["subsets"].values()]
    named = [each for each in asking if each.get("embedder") == embedder]
    used = {testset for each in named for testset in (*each.get("testsets", []), each.get("reference"))}
    return [testset for testset in config["testsets"] if testset in used]


def _studies(config: dict, subset: str) -> list[dict]:
    """The studies that train on a subset or count it."""
    return [study for study in config["studies"].values() if subset in subsets_in(study)]


def _collection(config: dict, source: str, draw: int) -> str:
    if source in config["pools"]:
        return f"pools/{source}"
    return f"subsets/{source}/draw{draw_of(config, source, draw)}"
