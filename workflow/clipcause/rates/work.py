"""How much work each job of the workflow is, in units of its step: URLs, captions, images, samples seen, pairs.

A step is named as its logs are, results/logs/{step}. One that is not listed here has one unit a job.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from clipcause.config.counting import counted, part_count
from clipcause.config.embedding import card_embedder, testset_folders, testsets_of
from clipcause.config.evaluating import encoded_testsets, readouts_of
from clipcause.config.plan import all_runs, runs, seeds_of
from clipcause.rates.measured import Work
from clipcause.rates.quantities import Quantities, total

PRODUCT = ("near_prune", "far_prune", "decontaminate")  # methods that compare every image with every test image


@dataclass(frozen=True)
class Described:
    """A job as its rule tells of it: step, rule, wildcards, and the seeds that it serves."""

    step: str
    rule: str
    wildcards: Mapping[str, str]
    seeds: Sequence[int] = ()
    gpus: int = 0

    def __getitem__(self, name: str) -> str:
        return self.wildcards[name]


Count = float | None


def work_of(job: Described, quantities: Quantities) -> Work:
    """The work of a job; its units are None where they can't be told before what it reads is made."""
    units = UNITS[job.step](job, quantities) if job.step in UNITS else 1.0
    kind = KINDS[job.step](job, quantities.config) if job.step in KINDS else ""
    model = MODELS[job.step](job, quantities.config) if job.step in MODELS else None
    on = f"{kind} on a GPU".strip() if job.gpus else kind
    stored = float(len(job.seeds)) if job.step == "train" else None  # a model is as large, however long it was trained
    return Work(job.step, None if units is None else float(units), on, _text(model) if model else "", stored)


def _captions(job: Described, q: Quantities, which: str = "counted") -> Count:
    """The captions of `pools/{pool}`, `subsets/{subset}/draw{draw}` or `testsets/{testset}`, or of one part of them.

    Of a vocabulary 1, since it is small.
    """
    kind, name, *draw = job[which].split("/")
    if kind == "pools":
        count = q.images(name)
    elif kind == "subsets":
        count = q.samples(name, int(draw[0].removeprefix("draw")))
    else:
        return q.test_images(name) if kind == "testsets" else 1.0
    return None if count is None else count / int(job.wildcards.get("parts", 1))


def _testsets(names: Sequence[str], q: Quantities) -> Count:
    return total(map(q.test_images, names))


def _encoded(job: Described, q: Quantities) -> Count:
    images = _testsets(encoded_testsets(q.config, job["subset"], job["recipe"]), q)
    return None if images is None else images * len(job.seeds)


def _evaluated(job: Described, q: Quantities) -> Count:
    return _times(_encoded(job, q), len(readouts_of(q.config, job["subset"], job["recipe"])))


def _compared(job: Described, q: Quantities) -> Count:
    study = q.config["studies"][job["study"]]
    images = _testsets(study["testsets"], q)
    return _times(images, len(runs(q.config, job["study"])) * len(study["readouts"]))


def _shown(job: Described, q: Quantities) -> Count:
    """The cells of a page's tables of one measure: of every study, arms times test sets times readouts."""
    listed = ("arms", "testsets", "readouts")
    return sum(prod(len(study[each]) for each in listed) for study in q.config["studies"].values())


def _collected(job: Described, q: Quantities) -> Count:
    """The answers that a database counts: of every run, test images times readouts."""
    return total(
        _times(
            _testsets(encoded_testsets(q.config, subset, recipe), q),
            len(readouts_of(q.config, subset, recipe)) * len(seeds_of(q.config, recipe)),
        )
        for subset, recipe in all_runs(q.config)
    )


def _built(job: Described, q: Quantities) -> Count:
    subset, draw = q.config["subsets"][job["subset"]], int(job["draw"])
    candidates = q.candidates(job["subset"], draw)
    return _times(candidates, _testsets(subset["testsets"], q)) if subset["method"] in PRODUCT else candidates


def _described(job: Described, q: Quantities) -> Count:
    return q.samples(job["subset"], int(job["draw"]))


def _referred(job: Described, q: Quantities) -> Count:
    kind, name = job["reference"].split("/")
    images = q.images(name) if kind == "pools" else q.test_images(name)
    return _times(images, _testsets(list(testset_folders(q.config, job["embedder"], job["reference"])), q))


def _trained(job: Described, q: Quantities) -> Count:
    return len(job.seeds) * q.config["recipes"][job["recipe"]]["samples_seen"]


def _embedded_testsets(job: Described, q: Quantities) -> Count:
    return _testsets(testsets_of(q.config, job.rule.removeprefix("embed_testsets_by_")), q)


UNITS: dict[str, Callable[[Described, Quantities], Count]] = {
    "draw_pool": lambda job, q: q.config["miniweb"]["images"],
    "draw_testset": lambda job, q: q.drawn_images(job["miniweb_testset"]),
    "prepare_metadata": lambda job, q: q.rows(job["pool"]),
    "download_chunk": lambda job, q: q.chunk_rows(job["pool"]),
    "pack_files": lambda job, q: q.rows(job["pool"]),
    "adopt_shards": lambda job, q: q.images(job["pool"]),
    "index_pool": lambda job, q: q.rows(job["pool"]),
    "index_testset_folder": lambda job, q: q.test_images(job["testset"]),
    "index_testset_part": lambda job, q: q.rows(q.config["testsets"][job["testset"]]["pool"]),
    "count_concepts": _captions,
    "count_concepts_of_part": _captions,
    "list_matches": _captions,
    "merge_concept_parts": lambda job, q: part_count(q.config, job["counted"]),
    "draw_frequencies": lambda job, q: len(counted(q.config, job["vocabulary"])),
    "embed_images": lambda job, q: _times(q.images(job["pool"]), 1 / int(job["parts"])),
    "embed_captions": lambda job, q: _captions(job, q, "captioned"),
    "embed_testsets": _embedded_testsets,
    "compare_reference": _referred,
    "build_subset": _built,
    "describe_subset": _described,
    "materialize_subset": _described,
    "train": _trained,
    "encode": _encoded,
    "evaluate": _evaluated,
    "check_testsets": lambda job, q: _testsets(q.config["studies"][job["study"]]["testsets"], q),
    "compare_arms": _compared,
    "draw_figures": lambda job, q: len(q.config["studies"][job["study"]]["arms"]),
    "build_page": _shown,
    "build_database": _collected,
}


def _training(job: Described, config: dict) -> str:
    recipe = config["recipes"][job["recipe"]]
    told = [recipe["objective"], f"batches of {recipe['batch_size']}"]
    told += [f"{recipe['devices']} devices"] if recipe["devices"] > 1 else []
    told += [recipe["precision"]] if recipe["precision"] != "fp32" else []
    return ", ".join(told)


def _card(job: Described, config: dict) -> str:
    return "with embeddings" if card_embedder(config, job["subset"]) else ""


KINDS: dict[str, Callable[[Described, dict], str]] = {
    "download_chunk": lambda job, config: "from loopback" if config["pools"][job["pool"]]["site"] else "from the web",
    "count_concepts": lambda job, config: job["vocabulary"],
    "count_concepts_of_part": lambda job, config: job["vocabulary"],
    "list_matches": lambda job, config: job["vocabulary"],
    "build_subset": lambda job, config: config["subsets"][job["subset"]]["method"],
    "describe_subset": _card,
    "train": _training,
}


def _of_recipe(job: Described, config: dict) -> dict:
    return config["models"][config["recipes"][job["recipe"]]["model"]]


def _of_embedder(job: Described, config: dict) -> dict:
    name = job.wildcards.get("embedder") or job.rule.removeprefix("embed_testsets_by_")
    embedder = config["embedders"][name]
    if embedder["source"] == "run":
        return config["models"][config["recipes"][embedder["recipe"]]["model"]]
    return {"architecture": "open_clip", "name": embedder["name"], "image_size": None}


MODELS: dict[str, Callable[[Described, dict], dict]] = {
    **dict.fromkeys(("train", "take_pretrained", "encode"), _of_recipe),
    **dict.fromkeys(("embed_images", "embed_captions", "embed_testsets"), _of_embedder),
}


def _times(count: Count, factor: Count) -> Count:
    return None if count is None or factor is None else count * factor


def _text(model: dict) -> str:
    return json.dumps(model, sort_keys=True)
