"""A synthetic study: predictions with a planted bias towards frequent classes, as files or as runs."""

from pathlib import Path

import numpy as np
import pandas as pd

from clipcause.evaluation.evidence import Evidence, EvidenceKey, TestSetEvidence, write_evidence
from clipcause.evaluation.frequencies import FrequencyFiles
from clipcause.evaluation.outcomes import write_predictions

CLASSES = [
    *("anchor", "apple", "bell", "bird", "boat", "book", "bottle", "bridge", "candle", "car", "chair", "clock"),
    *("cloud", "crown", "cup", "fish", "flag", "flower", "guitar", "hammer", "hat", "house", "kite", "lamp"),
]
ARMS = {
    "clip": ("clip", 0.25, 2.6),
    "supervised": ("supervised", 0.9, 3.0),
    "clip_balanced": ("clip", 0.0, 2.9),
    "supervised_balanced": ("supervised", 0.0, 3.4),
}
WITHOUT_TEXT = "the objective supervised trains no text tower to ask in words"
TESTSETS = ["balanced", "natural", "photo", "sketch", "cartoon", "silhouette", "viewpoint", "clutter"]


def study(testsets=("balanced",), claims=None, readouts=("own",)) -> dict:
    """A study's resolved settings; two claims that hold for the planted bias unless others are given."""
    return {
        "name": "longtail",
        "title": "CLIP and supervised learning on long-tailed data",
        "question": "Is CLIP less biased towards frequent classes?",
        "paper": "wen2024",
        "vocabulary": "objects",
        "frequency_of": "longtail",
        "testsets": list(testsets),
        "readouts": list(readouts),
        "attributes": [],
        "arms": {arm: {"subset": "longtail", "recipe": family} for arm, (family, _, _) in ARMS.items()},
        "claims": {
            "clip_less_biased": {
                "statement": "CLIP's predictions follow class frequency less than supervised learning's.",
                "measure": "corr_pred",
                "testset": "balanced",
                "readout": "own",
                "attribute": None,
                "contrast": {"supervised": 1, "clip": -1},
                "expect": "above",
                "margin": 0.1,
            },
            "imbalance_is_the_cause": {
                "statement": "Balancing the classes lowers how much supervised predictions follow class frequency.",
                "measure": "corr_pred",
                "testset": "balanced",
                "readout": "own",
                "attribute": None,
                "contrast": {"supervised": 1, "supervised_balanced": -1},
                "expect": "above",
                "margin": 0.2,
            },
        }
        if claims is None
        else claims,
    }


def frequency_table(unseen: int = 0) -> pd.DataFrame:
    """Zipf frequencies of CLASSES, the last `unseen` of them in no caption."""
    captions = np.round(1500 / np.arange(1, len(CLASSES) + 1) ** 0.9).astype(np.int64)
    captions = captions[np.random.default_rng(5).permutation(len(CLASSES))]
    if unseen:
        captions[-unseen:] = 0
    return pd.DataFrame({"concept": CLASSES, "captions": captions, "share": captions / captions.sum()})


def predictions(tilt: float, margin: float, seed: int, testsets=("balanced",), per_class: int = 100) -> pd.DataFrame:
    """One run's predictions: scores margin for the right class, tilt x log frequency, chance per class and sample."""
    log_frequency = np.log(np.maximum(frequency_table()["captions"].to_numpy(), 1))
    log_frequency -= log_frequency.mean()
    random = np.random.default_rng([seed, int(1000 * abs(tilt)), int(1000 * margin)])
    of_class = random.normal(0, 0.35, len(CLASSES))
    frames = []
    for testset in testsets:
        shared = np.random.default_rng(sum(testset.encode()))
        share = np.exp(log_frequency) / np.exp(log_frequency).mean() if testset == "natural" else np.ones(len(CLASSES))
        labels = np.repeat(np.arange(len(CLASSES)), np.maximum(2, np.round(per_class * share).astype(int)))
        score = shared.normal(0, 1.0, (len(labels), len(CLASSES))) + shared.normal(0, 0.3, len(CLASSES))
        score += random.normal(0, 0.7, score.shape) + of_class + tilt * log_frequency
        score[np.arange(len(labels)), labels] += margin - shared.uniform(0, 1.2) * (
            testset not in ("balanced", "natural")
        )
        names = np.array(CLASSES)
        frames.append(
            pd.DataFrame(
                {
                    "testset": testset,
                    "readout": "own",
                    "draw": 0,
                    "uid": [f"0/s{number:07d}" for number in range(len(labels))],
                    "label": names[labels],
                    "prediction": names[score.argmax(axis=1)],
                    "rank": (score >= score[np.arange(len(labels)), labels][:, None]).sum(axis=1),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def write_study(
    folder: Path, arms=None, testsets=("balanced",), seeds=3, per_class=100, unseen=0, template=False
) -> dict[str, list | FrequencyFiles]:
    """Write predictions and frequencies of a study; returns the parallel lists, and the frequencies, for `read_runs`.

    With `template` there is a second readout of that name, worse than `own`, which no supervised run has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frequency = folder / "frequency.parquet"
    frequency_table(unseen).to_parquet(frequency)
    lists: dict[str, list] = {name: [] for name in ("arms", "seeds", "families", "predictions", "evidence")}
    for arm, (family, tilt, margin) in (arms or ARMS).items():
        for seed in range(seeds):
            path = folder / f"{arm}-{seed}.parquet"
            frame, reasons = predictions(tilt, margin, seed, testsets, per_class), {}
            if template and family == "supervised":
                reasons = {(testset, "template"): WITHOUT_TEXT for testset in testsets}
            elif template:
                worse = predictions(tilt, margin - 1, seed, testsets, per_class)
                frame = pd.concat([frame, worse.assign(readout="template")])
            write_predictions(path, frame, reasons)
            write_evidence(path.with_suffix(".safetensors"), {})
            row = (arm, seed, family, path, path.with_suffix(".safetensors"))
            for name, value in zip(lists, row, strict=True):
                lists[name].append(value)
    counted = {("objects", seed): frequency for seed in range(seeds)}
    return lists | {"frequencies": FrequencyFiles(dict.fromkeys(testsets, "objects"), counted)}


def write_some_evidence(path: Path, testset: str, samples: int, seed: int) -> None:
    """Evidence of a run about the attribute gold and on retrieval, as if one test set asked for both."""
    random = np.random.default_rng(seed)
    group = np.arange(samples) % 3 - 1
    bias = {"probability": random.uniform(0.4, 1, samples), "group": group, "target": np.array(0.5)}
    bias["label_probabilities"] = random.dirichlet(np.ones(4), samples)
    groups = {"correct": random.uniform(size=samples) < 0.6, "group": group}
    found = {"image_rank": random.integers(1, 9, samples), "caption_rank": random.integers(1, 9, samples)}
    kept = {
        EvidenceKey("association", None, "gold"): Evidence(bias, None, "gold"),
        EvidenceKey("groups", "own", "gold"): Evidence(groups, "own", "gold"),
        EvidenceKey("retrieval"): Evidence(found | {"caption_image": np.arange(samples)}),
    }
    strata = np.repeat(np.arange(len(CLASSES)), samples // len(CLASSES))
    write_evidence(path, {testset: TestSetEvidence("digest", strata, kept)})
