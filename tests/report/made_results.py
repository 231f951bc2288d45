"""A small made-up set of result folders: one study, four runs, one pool; any of its words can be replaced."""

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from clipcause.concepts.card import write_card
from clipcause.concepts.frequency import Counting, Frequency, Totals
from clipcause.files.outputs import write_json
from clipcause.report.database import write_database
from clipcause.report.page import write_page
from clipcause.studies.estimates import ESTIMATES

FROM_NOTHING = {"first_subset": None, "start": {"source": "random"}}
RECIPE = {"objective": "clip", "model": "tiny", "samples_seen": 48000, "batch_size": 64} | FROM_NOTHING
SUBSET = {"method": "resample", "from": "diverse", "where": {}, "imbalance": 40}
ARMS = {"clip": {"subset": "longtail", "recipe": "clip"}, "plain": {"subset": "longtail", "recipe": "supervised"}}
WORDS = {
    "title": "CLIP on long-tailed data",
    "question": "Is CLIP less biased?",
    "statement": "CLIP follows class frequency less.",
    "figure_title": "Accuracy against frequency",
    "caption": "Points are classes.",
    "label": "umbrella",
    "setting": "a photo of one",
    "error_class": "http_404",
    "reason": "all classes are equally frequent",
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="20pt"><rect id="a" width="9" height="9"/></svg>'
STAGES = {"index_pool": "pools", "train": "training", "take_pretrained": "training"}
COUNTED = ("pools/diverse", "subsets/longtail/draw0")


@dataclass(frozen=True)
class Made:
    """What the report's functions are given."""

    config: dict
    studies: list[Path]
    runs: list[Path]
    evaluations: list[Path]
    cards: list[Path]
    details: list[Path]
    pools: list[Path]
    counts: list[Path]
    benchmarks: Path
    stages: dict[str, str]

    def page(self, output: Path, published: Path | None = None) -> str:
        """Write the page and read it back."""
        given = {key: value for key, value in vars(self).items() if key != "evaluations"}
        write_page(**given, output=output, published=published)
        return output.read_text(encoding="utf-8")

    def database(self, output: Path, **others: object) -> duckdb.DuckDBPyConnection:
        """Write the database, its tables beside it, and open it; `others` are further arguments of `write_database`."""
        given = (self.studies, self.runs, self.evaluations, self.cards, self.details, self.pools, self.counts)
        write_database(*given, output, output.with_suffix(".tables"), **others)
        return duckdb.connect(str(output), read_only=True)


def make_results(root: Path, words: dict[str, str]) -> Made:
    config = {
        "seeds": 2,
        "pools": {"diverse": {}},
        "testsets": {testset: {"source": "folder"} for testset in ("balanced", "sketch")},
        "embedders": {},
        "subsets": {"longtail": SUBSET},
        "recipes": {recipe: RECIPE | {"objective": recipe} for recipe in ("clip", "supervised")},
        "studies": {
            "longtail": {
                "title": words["title"],
                "question": words["question"],
                "paper": "wen2024",
                "vocabulary": "objects",
                "frequency_of": "longtail",
                "testsets": ["balanced", "sketch"],
                "arms": ARMS,
                "differs": ["model"],
            }
        },
    }
    runs = [(arm["subset"], arm["recipe"], seed) for arm in ARMS.values() for seed in (0, 1)]
    for number, run in enumerate(runs):
        make_run(root, *run, loss=2.5 - number)
    for draw in (0, 1):
        make_card(root, draw, words)
    make_details(root, words)
    make_study(root / "studies" / "longtail", words)
    for counted in COUNTED:
        make_count(root / "concepts/objects" / counted, words)
    make_figures(root / "concepts/objects/figures", ["rank_frequency"], words)
    pool = {"pool": "diverse", "rows": 24000, "images": 23000, "captions": 22950, "labels": 3, "held_out": 0}
    write_json(root / "pools/diverse/card.json", pool | {"failures": {words["error_class"]: 900, "timeout": 100}})
    make_benchmark(root / "benchmarks/index_pool/diverse.tsv", 2.5, "NA", ended=1000)
    for recipe in ("clip", "supervised"):
        make_benchmark(root / f"benchmarks/train/longtail.{recipe}.seeds0to1.tsv", 93.0, "812.5", ended=5000)
    make_benchmark(root / "benchmarks/build_page.tsv", 4.0, "300.0", ended=2000)
    return Made(
        config=config,
        studies=[root / "studies/longtail"],
        runs=[root / "runs" / subset / recipe / f"seed{seed}" for subset, recipe, seed in runs],
        evaluations=[root / "evaluations" / subset / recipe / f"seed{seed}" for subset, recipe, seed in runs],
        cards=[root / f"subsets/longtail/draw{draw}/card.json" for draw in (0, 1)],
        details=[root / "subsets/longtail/draw0/details.json"],
        pools=[root / "pools/diverse/card.json"],
        counts=[root / f"concepts/objects/{counted}/card.json" for counted in COUNTED],
        benchmarks=root / "benchmarks",
        stages=STAGES,
    )


def make_run(root: Path, subset: str, recipe: str, seed: int, loss: float) -> None:
    record = {
        "recipe": RECIPE,
        "seed": seed,
        "manifest_digest": "ab" * 32,
        "samples": 7000,
        "dropped": 0,
        "samples_seen": 48000,
        "steps": 750,
        "order_digest": "cd" * 32,
        "final_loss": loss,
        "model_digest": f"{seed}f" * 32,
    }
    folder = root / "runs" / subset / recipe / f"seed{seed}"
    write_json(folder / "run.json", record)
    speed = {"seconds": 20.0, "samples_per_second": 2400.4, "startup_seconds": 3.5, "share_outside_passes": 0.09}
    write_json(folder / "speed.json", speed)
    measures = pd.DataFrame(
        {
            "testset": "balanced",
            "readout": "own",
            "measure": ["accuracy", "class_accuracy", "accuracy_unseen"],
            "attribute": None,
            "concept": [None, "umbrella", None],
            "value": [0.5 + 0.01 * seed, 0.25, None],
            "reason": [None, None, "captions mention every class of the test set"],
        }
    )
    evaluation = root / "evaluations" / subset / recipe / f"seed{seed}"
    evaluation.mkdir(parents=True, exist_ok=True)
    measures.to_parquet(evaluation / "measures.parquet", index=False)
    answered = {"readout": ["own", "own", "5_shot", "5_shot"], "draw": [0, 0, 0, 1], "uid": ["a", "b", "a", "a"]}
    classes = {"label": "umbrella", "prediction": ["umbrella", "umbrella", "key", "umbrella"], "rank": [1, 1, 2, 1]}
    predictions = pd.DataFrame({"testset": "balanced"} | answered | classes)
    predictions.to_parquet(evaluation / "predictions.parquet", index=False)


def make_benchmark(path: Path, seconds: float, memory: str, ended: float) -> None:
    """A file as Snakemake's `benchmark:` leaves it, last changed at a time since 1970, in seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"s\th:m:s\tmax_rss\tcpu_time\n{seconds}\t0:00:01\t{memory}\t1.0\n", encoding="utf-8")
    os.utime(path, (ended, ended))


def make_card(root: Path, draw: int, words: dict[str, str], subset: str = "longtail", settings: dict = SUBSET) -> None:
    card = {
        "subset": subset,
        "draw": draw,
        "settings": {"template": words["setting"]} | settings,
        "candidates": 23000,
        "samples": 7000 + draw,
        "images": 7000,
        "captions": 6990,
        "unlabelled": 0,
        "classes": {words["label"]: 4000, "key": 2900, "bell": 100},
        "imbalance": 40.0,
        "head_share": 0.571,
        "tail_share": 0.014,
        "digest": f"{draw}e" * 32,
        "notes": {"pruned_by": {words["label"]: 12}, "trimmed": [words["label"]], "mean_q": 0.25},
    }
    write_json(root / f"subsets/{subset}/draw{draw}/card.json", card)


def make_details(root: Path, words: dict[str, str], subset: str = "longtail") -> None:
    nearest = {"0.05": 0.61, "0.25": 0.7, "0.5": 0.78, "0.75": 0.84, "0.95": 0.93}
    association = {"max": 0.4, "mean": 0.1, "label": words["label"]}
    gold = {"share": 0.3, "target": 0.5, "representation_bias": 0.2, "association_bias": association}
    kind = {"of": 500, "kept": 100, "association_before": 0.3, "association": 0.1}
    details = {
        "subset": subset,
        "draw": 0,
        "attributes": {"gold": gold},
        "truth": {"style": {words["label"]: kind}},
        "true_duplicates": {"redundant": 120, "left": 20, "removed": 300, "of_a_group": 110},
        "likeness": {
            "testsets": {"balanced": {"nearest": nearest, "contaminated": {"exact": 1, "near": 4}}},
            "duplicates": {"exact": 3, "near": 40, "distance": 0.05},
        },
    }
    folder = root / f"subsets/{subset}/draw0"
    write_json(folder / "details.json", details)
    rows = pd.DataFrame({"testset": ["balanced"], "testset_uid": ["0/s0"], "similarity": [0.75]})
    rows.to_parquet(folder / "nearest.parquet", index=False)


def make_study(folder: Path, words: dict[str, str]) -> None:
    asked = {
        "measure": "corr_pred",
        "testset": "balanced",
        "readout": "own",
        "attribute": None,
        "contrast": {"plain": 1, "clip": -1},
        "expect": "above",
        "paper": "wen2024",
        "cut": None,
        "command": None,
    }
    found = {"estimate": 0.39, "low": 0.24, "high": 0.55, "standard_error": 0.07, "smallest_effect": 0.32, "seeds": 2}
    claims = [
        {"name": "less_biased", "statement": words["statement"], **asked, "margin": 0.1, **found}
        | {"verdict": "supported", "reason": None},
        {"name": "as_accurate", "statement": "Both are as accurate.", **asked, "margin": 0.02, **found}
        | {"measure": "accuracy", "expect": "about_zero", "estimate": -0.004, "low": -0.031, "high": 0.023}
        | {"verdict": "inconclusive", "reason": None},
        {"name": "unseen", "statement": "Unseen classes profit.", **asked, "margin": 0.1, **dict.fromkeys(found)}
        | {"verdict": "inconclusive", "reason": words["reason"]},
        {"name": "larger", "statement": "Scale does it.", **asked, "margin": 0.1, **dict.fromkeys(found)}
        | {"verdict": "not run", "reason": "needs what full.yaml adds", "command": "snakemake --cores all longtail"},
        {"name": "unheard", "statement": "Nobody knows.", **dict.fromkeys(asked), "margin": None}
        | dict.fromkeys(found)
        | {"paper": "wen2024", "verdict": "not asked", "reason": words["reason"]},
        {"name": "cut_more", "statement": "One is cut more.", **asked, "margin": 0.1, **found, "low": -0.12}
        | {"measure": None, "contrast": None, "expect": "at_least", "testset": "balanced, sketch", "attribute": "gold"}
        | {"cut": {"of": "gap", "than": "relative_gap", "before": "plain", "after": "clip"}}
        | {"verdict": "inconclusive", "reason": None},
    ]
    about = {"study": "longtail", "title": words["title"], "question": words["question"], "paper": "wen2024"}
    about["arms"] = ARMS
    write_json(folder / "claims.json", about | {"claims": claims})
    estimates = [
        (arm, testset, "own", "accuracy", None, seed, 0.5, 0.45, 0.55, 0.02, 1 if seed is not None else 2, None)
        for arm in ARMS
        for testset in ("balanced", "sketch")
        for seed in (0, 1, None)
    ]
    estimates.append(("clip", "balanced", "own", "corr_acc", None, None, None, None, None, None, 2, words["reason"]))
    estimates.append(("clip", "balanced", "linear_probe", "accuracy", None, None, 0.75, 0.7, 0.8, 0.02, 2, None))
    without = "the objective supervised trains no text tower to ask in words"
    estimates.append(("plain", "balanced", "template", "accuracy", None, None, None, None, None, None, 2, without))
    estimates.append(("clip", "balanced", None, "rb", "gold", None, 0.125, 0.1, 0.15, 0.02, 2, None))
    estimates.append(("clip", "balanced", None, "nc1", None, None, 0.5, None, None, None, 1, None))
    frame = pd.DataFrame(estimates, columns=ESTIMATES).astype({"seed": "Int64"})
    frame.to_parquet(folder / "estimates.parquet", index=False)
    ends = {f"{name}{end}": [0.5] for name in ("accuracy", "predictions") for end in ("", "_low", "_high")}
    classes = {
        "arm": ["clip"],
        "testset": ["balanced"],
        "vocabulary": ["objects"],
        "readout": ["own"],
        "concept": [words["label"]],
        "captions": [4000.0],
    }
    pd.DataFrame(classes | ends).to_parquet(folder / "classes.parquet", index=False)
    make_effects(folder)
    make_robustness(folder)
    make_figures(folder / "figures", ["by_class", "by_arm"], words)


def make_effects(folder: Path) -> None:
    which = {"effects": "causes", "contrast": "loss", "testset": ["balanced", None], "readout": "own"}
    found = {"value": 0.1, "low": 0.05, "high": 0.15, "standard_error": 0.02, "seeds": 2, "reason": None}
    frame = pd.DataFrame(which | {"measure": "accuracy", "attribute": None} | found)
    frame.to_parquet(folder / "effects.parquet", index=False)


def make_robustness(folder: Path) -> None:
    about = {"arm": ["clip", "clip"], "testset": "sketch", "reference": "balanced", "readout": "own", "seed": [0, None]}
    sides = {f"{side}_{end}": 0.5 for side in ("id", "shift") for end in ("accuracy", "low", "high")}
    found = {"expected": 0.4, "effective_robustness": 10.0, "low": 2.0, "high": 18.0, "extrapolates": False}
    columns = ("slope", "intercept", "r_squared", "residual_variance")
    line = dict.fromkeys((*columns, *(f"id_logit_{each}" for each in ("mean", "squares", "lowest", "highest"))), 0.9)
    rows = about | {"baseline": False, "classes": 12} | sides | found | {"baselines": 3} | line
    pd.DataFrame(rows).astype({"seed": "Int64"}).to_parquet(folder / "robustness.parquet", index=False)
    where = {"arm": ["clip"], "testset": "sketch", "readout": "own", "draw": 0, "lowest": 0.5, "highest": 0.6}
    ends = {"samples": 20.0, "similarity": 0.55, "accuracy": 0.7, "low": 0.6, "high": 0.8, "seeds": 2}
    pd.DataFrame(where | ends).to_parquet(folder / "nearness.parquet", index=False)


def make_figures(folder: Path, names: list[str], words: dict[str, str]) -> None:
    index = [{"name": name, "title": words["figure_title"], "caption": words["caption"]} for name in names]
    write_json(folder / "index.json", index)
    for name in names:
        (folder / f"{name}.svg").write_text(SVG)
        (folder / f"{name}.png").write_bytes(b"\x89PNG")
        (folder / f"{name}.csv").write_text(f"concept,accuracy\n{words['label']},0.5\n")


def make_count(folder: Path, words: dict[str, str]) -> None:
    frequency = Frequency(
        Counting("lemma", "plurals", "ab" * 32),
        Totals(captions=7000, null=10, matched=6500),
        labels=True,
        concepts=(words["label"], "key", "bell"),
        names=(words["label"], "key", "bell"),
        captions=np.array([3900, 2800, 0]),
        with_others=np.array([100, 100, 0]),
        labelled=np.array([4000, 2900, 100]),
        agreeing=np.array([3800, 2700, 0]),
    )
    frequency.write(folder / "frequency.parquet")
    write_card(frequency, folder / "card.json")
