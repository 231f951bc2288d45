"""A synthetic study of a reference and two shifts: baselines on a line, and arms off it by a known step."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from clipcause.evaluation.evidence import write_evidence
from clipcause.evaluation.frequencies import FrequencyFiles
from clipcause.evaluation.outcomes import write_predictions
from clipcause.studies.runs import Run, read_runs

REFERENCE, SHIFTS = "photo", ("sketch", "cartoon")
CLASSES = [f"class{number:02d}" for number in range(10)]
HELD = {"photo": CLASSES, "sketch": CLASSES[:6], "cartoon": CLASSES}  # a shift may have fewer classes
SLOPE, INTERCEPT = 0.9, -0.7
BASELINES = {f"size{number}": logit for number, logit in enumerate((-0.6, -0.2, 0.2, 0.6, 1.0, 1.4))}
PER_CLASS = 60


def study(claims: dict | None = None, baselines=tuple(BASELINES)) -> dict:
    """A study's resolved settings; arms are the baselines, `same` on their line and `diverse` off it."""
    arms = {arm: {"subset": arm, "recipe": "supervised"} for arm in (*BASELINES, "same", "diverse")}
    return {
        "title": "Robustness",
        "question": "Does the diverse pool raise effective robustness?",
        "paper": "fang2022",
        "vocabulary": "objects",
        "frequency_of": "all",
        "testsets": [REFERENCE, *SHIFTS],
        "readouts": ["own"],
        "attributes": [],
        "arms": arms,
        "robustness": {
            "reference": REFERENCE,
            "shifts": list(SHIFTS),
            "baselines": list(baselines),
            "readout": "own",
        },
        "claims": claims or {},
    }


def claim(contrast: dict, expect: str = "above", margin: float = 2.0, testset: str | list[str] = "sketch") -> dict:
    """A claim of effective robustness, in points."""
    statement = "One is more robust than the other."
    about = {"statement": statement, "measure": "effective_robustness", "testset": testset, "readout": "own"}
    return about | {"attribute": None, "contrast": contrast, "expect": expect, "margin": margin}


def predictions(id_logit: float, off_the_line: float, key: list[int]) -> pd.DataFrame:
    """Predictions of one run of this accuracy; samples of all classes are equally hard, but for the last four classes
    of the reference, which every model gets wrong. So only accuracy over the shared classes is on the line."""
    random, frames = np.random.default_rng(key), []
    for testset, classes in HELD.items():
        labels = np.repeat(classes, PER_CLASS)
        hard = np.random.default_rng(sum(testset.encode())).uniform(size=len(labels))
        logit = id_logit if testset == REFERENCE else SLOPE * id_logit + INTERCEPT + off_the_line
        chance = np.clip(expit(logit) + random.normal(0, 0.005), 0, 1)
        right = 0.7 * hard + 0.3 * random.uniform(size=len(labels)) < _quantile(chance)
        if testset == REFERENCE:
            right &= ~np.isin(labels, CLASSES[6:])
        wrong = np.where(labels == CLASSES[0], CLASSES[1], CLASSES[0])
        about = {"testset": testset, "readout": "own", "draw": 0, "uid": [f"0/s{i:05d}" for i in range(len(labels))]}
        answered = {"label": labels, "prediction": np.where(right, labels, wrong), "rank": np.where(right, 1, 2)}
        frames.append(pd.DataFrame(about | answered))
    return pd.concat(frames, ignore_index=True)


def _quantile(chance: float) -> float:
    """The quantile of 0.7 u + 0.3 v for uniform u and v."""
    random = np.random.default_rng(1)
    return float(np.quantile(0.7 * random.uniform(size=20000) + 0.3 * random.uniform(size=20000), chance))


def write_study(folder: Path, off_the_line: float, seeds: int = 3) -> dict[str, list | FrequencyFiles]:
    """Write the runs of the study; returns the parallel lists, and the frequencies, that `read_runs` takes."""
    folder.mkdir(parents=True, exist_ok=True)
    frequency = pd.DataFrame({"concept": CLASSES, "captions": range(1, 11)})
    frequency.to_parquet(folder / "frequency.parquet")
    write_evidence(folder / "evidence.safetensors", {})
    lists: dict[str, list] = {name: [] for name in ("arms", "seeds", "families", "predictions", "evidence")}
    placed = {arm: (logit, 0.0) for arm, logit in BASELINES.items()}
    placed |= {"same": (0.4, 0.0), "diverse": (0.5, off_the_line)}
    for number, (arm, (logit, off)) in enumerate(placed.items()):
        for seed in range(seeds):
            path = folder / f"{arm}-{seed}.parquet"
            write_predictions(path, predictions(logit, off, [number, seed]))
            family = "clip" if arm == "diverse" else "supervised"
            row = (arm, seed, family, path, folder / "evidence.safetensors")
            for name, value in zip(lists, row, strict=True):
                lists[name].append(value)
    counted = {("objects", seed): folder / "frequency.parquet" for seed in range(seeds)}
    return lists | {"frequencies": FrequencyFiles(dict.fromkeys([REFERENCE, *SHIFTS], "objects"), counted)}


def runs(lists: dict[str, list]) -> list[Run]:
    """The runs of these lists."""
    return read(lists, ["own"])


def read(lists: dict[str, list], readouts: list[str]) -> list[Run]:
    """The same by several readouts."""
    return read_runs(**lists, testsets=[REFERENCE, *SHIFTS], readouts=readouts)


def write_nearest(folder: Path, lists: dict[str, list]) -> dict[str, Path]:
    """Write, per arm, the similarity of each test sample to its subset: the harder the further; returns the files."""
    found = {}
    for place, arm in enumerate(dict.fromkeys(lists["arms"])):
        frames = []
        for testset, classes in HELD.items():
            count = len(classes) * PER_CLASS
            hard = np.random.default_rng(sum(testset.encode())).uniform(size=count)
            near = 0.9 - 0.5 * hard + 0.02 * place
            uids = [f"0/s{number:05d}" for number in range(count)]
            frames.append(pd.DataFrame({"testset": testset, "testset_uid": uids, "similarity": near.astype("float32")}))
        found[arm] = folder / f"{arm}.nearest.parquet"
        pd.concat(frames).sample(frac=1, random_state=0).to_parquet(found[arm])
    return found
