"""Result folders as large as a report gets: four studies of sixteen arms, three seeds, sixty claims.

`python tests/report/made_large.py FOLDER [FIGURES]` writes them and their page, with the figures of a real study.
"""

import random
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
from made_results import (
    FROM_NOTHING,
    RECIPE,
    WORDS,
    Made,
    make_benchmark,
    make_card,
    make_details,
    make_figures,
    make_results,
    make_run,
)

from clipcause.files.outputs import read_json, write_json

PAPERS = ("wen2024", "fang2022", "mayilvahanan2024", "alabdulmohsin2024")
STUDIES = ("longtail", "robustness", "similarity", "balance")
TESTSETS = ("balanced", "natural", "photo", "sketch", "cartoon", "silhouette", "viewpoint", "clutter")
SEEDS = (0, 1, 2)
SUBSETS = {
    "whole": {"method": "all", "from": "diverse"},
    "photos": {"method": "all", "from": "photo"},
    "longtail": {"method": "resample", "from": "diverse", "imbalance": 40, "samples": 6000},
    "balanced": {"method": "resample", "from": "diverse", "imbalance": 1, "samples": 6000},
    "longtail_quarter": {"method": "stratified", "from": "longtail", "fraction": 0.25},
    "longtail_templated": {"method": "captions", "from": "longtail", "template": "a photo of a {}"},
    "longtail_trimmed": {"method": "trim_tail", "from": "longtail", "classes": 8},
    "unique": {"method": "deduplicate", "from": "whole", "embedder": "own"},
    "near_pruned": {"method": "near_prune", "from": "unique", "embedder": "own", "testsets": ["sketch"],
                    "reference": "reference"},
    "far_pruned": {"method": "far_prune", "from": "unique", "embedder": "own", "testsets": ["sketch"]},
    "near_pruned_control": {"method": "random", "from": "unique", "size_of": "near_pruned"},
    "far_pruned_control": {"method": "random", "from": "unique", "size_of": "far_pruned"},
    "fair": {"method": "m4", "from": "whole", "attributes": ["gold"]},
    "fair_control": {"method": "random", "from": "whole", "size_of": "fair"},
    "fair_with_proxies": {"method": "m4", "from": "whole", "attributes": ["gold"], "proxies": ["photo"]},
    "photos_quarter": {"method": "random", "from": "photos", "fraction": 0.25},
    "blend": {"method": "mixture", "from": ["whole", "photos"], "samples": 6000},
}  # fmt: skip
PAIRS = [("fair", "raw_then_fair"), *((subset, recipe) for subset in SUBSETS for recipe in ("clip", "supervised"))]


def make_large(root: Path, figures: Path | None = None) -> Made:
    """Everything that `make_results` makes, and as much of it as a report may hold; numbers are drawn at random."""
    draw = random.Random(0)
    small = make_results(root, WORDS)
    config = small.config | {"seeds": 3, "subsets": SUBSETS, "studies": {}, "pools": {"diverse": {}, "photo": {}}}
    config["testsets"] = {testset: {"source": "folder"} for testset in (*TESTSETS, "reference")}
    config["embedders"] = {"own": {"source": "run", "subset": "whole", "recipe": "clip"}}
    tuned = {"first_subset": "whole", "start": {"source": "run", "subset": "whole", "recipe": "clip"}}
    config["recipes"] |= {"raw_then_fair": RECIPE | tuned, "embedder": RECIPE | FROM_NOTHING}
    for number, (study, paper) in enumerate(zip(STUDIES, PAPERS, strict=True)):
        pairs = [PAIRS[(7 * number + each) % len(PAIRS)] for each in range(16)]
        arms = {f"{recipe}_{subset}": {"subset": subset, "recipe": recipe} for subset, recipe in pairs}
        shared = {"vocabulary": "objects", "frequency_of": "longtail", "testsets": list(TESTSETS), "differs": []}
        about = {"title": f"The {study} of CLIP", "question": f"Is {study} the cause?", "paper": paper}
        config["studies"][study] = about | shared | {"arms": arms}
        _make_study(root / "studies" / study, study, about, arms, draw, figures)
    for subset, settings in SUBSETS.items():
        for each in SEEDS:
            make_card(root, each, WORDS, subset, settings)
        card = read_json(root / f"subsets/{subset}/draw0/card.json")
        counts = sorted((draw.randrange(10, 900) for _ in range(24)), reverse=True)
        classes = {f"class_{number}": count for number, count in enumerate(counts)}
        write_json(root / f"subsets/{subset}/draw0/card.json", card | {"classes": classes, "samples": sum(counts)})
        make_details(root, WORDS, subset)
    for subset, recipe in PAIRS:
        for seed in SEEDS:
            make_run(root, subset, recipe, seed, loss=draw.uniform(0.1, 3))
        make_benchmark(root / f"benchmarks/train/{subset}.{recipe}.tsv", draw.uniform(20, 90), "812.5", ended=5000)
    runs = [f"{subset}/{recipe}/seed{seed}" for subset, recipe in PAIRS for seed in SEEDS]
    return replace(
        small,
        config=config,
        studies=[root / "studies" / study for study in STUDIES],
        runs=[root / "runs" / run for run in runs],
        evaluations=[root / "evaluations" / run for run in runs],
        cards=[root / f"subsets/{subset}/draw{each}/card.json" for subset in SUBSETS for each in SEEDS],
        details=[root / f"subsets/{subset}/draw0/details.json" for subset in SUBSETS],
    )


def _make_study(folder, study, about, arms, draw, figures) -> None:
    names = list(arms)
    claims = []
    for number in range(15):
        estimate, half = draw.uniform(-0.2, 0.4), draw.uniform(0.02, 0.2)
        low, high = estimate - half, estimate + half
        verdict = "supported" if low > 0.05 else "not supported" if high < 0.05 else "inconclusive"
        found = {"estimate": estimate, "low": low, "high": high, "standard_error": half / 2, "smallest_effect": half}
        one, other = draw.sample(names, 2)
        asked = {"measure": draw.choice(["accuracy", "corr_pred"]), "testset": draw.choice(TESTSETS), "margin": 0.05}
        claims.append(
            {"name": f"claim_{number}", "statement": f"What {one} does, {other} does less, on whatever it is asked."}
            | asked
            | {"readout": "own", "attribute": None, "contrast": {one: 1, other: -1}, "expect": "above", "cut": None}
            | {"paper": about["paper"], "seeds": 3, "verdict": verdict, "reason": None, "command": None}
            | found
        )
    write_json(folder / "claims.json", {"study": study, "arms": arms, "claims": claims} | about)
    found = ("value", "low", "high", "standard_error")
    rows = [
        {"arm": arm, "testset": testset, "readout": "own", "measure": measure, "attribute": None, "seed": None}
        | dict(zip(found, (0.5, 0.45, 0.55, 0.02), strict=True))
        | {"seeds": 3, "reason": None}
        for measure in ("accuracy", "corr_acc", "corr_pred")
        for testset in TESTSETS
        for arm in arms
    ]
    pd.DataFrame(rows).astype({"seed": "Int64"}).to_parquet(folder / "estimates.parquet", index=False)
    if figures:
        shutil.copytree(figures, folder / "figures", dirs_exist_ok=True)
    else:
        make_figures(folder / "figures", ["by_class", "by_arm"], WORDS)


if __name__ == "__main__":
    root = Path(sys.argv[1])
    print(len(make_large(root, *map(Path, sys.argv[2:])).page(root / "report.html")), "letters")
