"""Published numbers of public models, measured like our own: effective robustness, and accuracy by class frequency.

Tables of accuracies have a row per model and a column per test set, `ImageNet 1k` and its shifts, as shares: of models
trained on ImageNet alone (`model`), the baselines, and of public CLIP models (`name`, `pretrained`). Others hold the
accuracy of each class (`model`, `pretraining`, `class`, `accuracy_percent`) and how many captions of a pool mention it
(`pool`, `matching`, `class`, `captions`).

Published accuracy in distribution is over all 1,000 classes, even where the shift has 200 of them (ImageNet-A and -R):
line and effective robustness belong to that pair of numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from clipcause.errors import UserError
from clipcause.evaluation.measures import MEASURES
from clipcause.evaluation.outcomes import OTHER, Outcomes
from clipcause.evaluation.tally import tally
from clipcause.studies.intervals import ArmValues, sample_interval
from clipcause.studies.public.pools import pool_of
from clipcause.studies.resampling import recentred, resamples, resampling_seed
from clipcause.studies.robustness import LINE, Counts, fit_line, robustness

REFERENCE, REFERENCE_IMAGES, CLASS_IMAGES = "ImageNet 1k", 50_000, 50


class PublishedShift(NamedTuple):
    """A shift of ImageNet: its images, and how many of the 1,000 classes it has."""

    images: int
    classes: int


SHIFTS = {
    "ImageNet v2": PublishedShift(10_000, 1000),
    "ImageNet Sketch": PublishedShift(50_889, 1000),
    "ImageNet-A": PublishedShift(7_500, 200),
    "ImageNet-R": PublishedShift(30_000, 200),
}
ROBUSTNESS = [
    *("model", "pretraining", "pool", "maker", "testset", "reference", "baseline", "classes"),
    *("id_accuracy", "shift_accuracy", "expected", "effective_robustness", "low", "high"),
    *("baseline_low", "baseline_high", "extrapolates"),
    *LINE,
]
CORRELATIONS = ["model", "pretraining", "matching", "classes", "corr_acc", "low", "high"]


def read_table(path: Path, columns: list[str]) -> pd.DataFrame:
    """Read a CSV. Raises UserError if it lacks a column."""
    frame = pd.read_csv(path)
    if missing := [column for column in columns if column not in frame]:
        raise UserError(f"{path}: no column {', '.join(missing)}; there are {', '.join(frame)}")
    return frame


def read_accuracies(path: Path, names: list[str]) -> pd.DataFrame:
    """Read accuracies of models, with the columns `names`. Raises UserError for one that is no share of 1."""
    frame = read_table(path, [*names, REFERENCE, *SHIFTS])
    for column in (REFERENCE, *SHIFTS):
        if not pd.to_numeric(frame[column], errors="coerce").between(0, 1).all():
            raise UserError(f"{path}: column {column} holds other things than accuracies from 0 to 1")
    return frame


def public_robustness(baselines: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Effective robustness of models on every shift, with the baselines themselves: columns ROBUSTNESS.

    `low` and `high` hold what the fit leaves open; the accuracies are taken as they are. An arm of ours has further
    chance in it, that of test samples and seeds.
    """
    rows = [row for shift in SHIFTS for row in _robustness_rows(baselines, models, shift)]
    return pd.DataFrame(rows, columns=ROBUSTNESS)


@dataclass(frozen=True)
class ModelCorrelation:
    """Spearman's correlation of class frequency in a model's pool with its accuracy per class.

    `matching` is how captions were matched, `value` the correlation, `resampled` [R] that on resamples of test images.
    """

    model: str
    pool: str
    matching: str
    classes: int
    value: float
    resampled: np.ndarray


def model_correlations(accuracies: pd.DataFrame, frequencies: pd.DataFrame, count: int) -> list[ModelCorrelation]:
    """The measure `corr_acc` of every model and way of matching captions, on `count` resamples that all models share.

    Models of pools without frequencies are left out. A model answers to CLASS_IMAGES images of each class.
    """
    by_model = accuracies.groupby(["pretraining", "model"])
    return [found for (pool, model), rows in by_model for found in _correlate(model, pool, rows, frequencies, count)]


def correlation_rows(correlations: Iterable[ModelCorrelation]) -> pd.DataFrame:
    """Columns CORRELATIONS, with the 95 % interval of one of our own runs, over the resamples."""
    rows = []
    for each in correlations:
        low, high = sample_interval(ArmValues(each.pool, np.array([each.value]), each.resampled[:, None]))
        rows.append((each.model, each.pool, each.matching, each.classes, each.value, float(low[0]), float(high[0])))
    return pd.DataFrame(rows, columns=CORRELATIONS)


def shift_counts(models: pd.DataFrame, shift: str) -> Counts:
    """How many images models get right, by their published accuracies on ImageNet and on the shift."""
    images = SHIFTS[shift].images
    id_accuracy, shift_accuracy = (models[column].to_numpy(dtype=np.float64) for column in (REFERENCE, shift))
    return Counts(id_accuracy * REFERENCE_IMAGES, REFERENCE_IMAGES, shift_accuracy * images, images)


def _robustness_rows(baselines: pd.DataFrame, models: pd.DataFrame, shift: str) -> Iterator[tuple]:
    line = fit_line(shift_counts(baselines, shift))
    about = (line.baselines, *map(float, astuple(line)[1:]))
    classes = SHIFTS[shift].classes
    public = [(name, tag, *pool_of(tag)) for name, tag in zip(models["name"], models["pretrained"], strict=True)]
    standard = [(name, None, None, None) for name in baselines["model"]]
    for frame, names, is_baseline in ((models, public, False), (baselines, standard, True)):
        counts = shift_counts(frame, shift)
        found = robustness(line, counts)
        values = (expit(counts.id_logit), counts.shift_accuracy, expit(line.at(counts.id_logit)), *found)
        for who, row in zip(names, zip(*values, strict=True), strict=True):
            numbers, extrapolates = map(float, row[:-1]), bool(row[-1])
            yield (*who, shift, REFERENCE, is_baseline, classes, *numbers, extrapolates, *about)


def _correlate(
    name: str, pool: str, rows: pd.DataFrame, frequencies: pd.DataFrame, count: int
) -> Iterator[ModelCorrelation]:
    outcomes = _outcomes(rows)
    for matching, counted in frequencies[frequencies["pool"] == pool].groupby("matching"):
        captions = counted.set_index("class")["captions"].reindex(outcomes.classes)
        if captions.isna().any():
            missing = captions.index[captions.isna()][0]
            raise UserError(f"pool {pool}, {matching}: no captions for class '{missing}' of {name}; add its row")
        frequency = captions.to_numpy(dtype=np.float64)
        observed = tally(outcomes, frequency)
        blocks = [
            MEASURES["corr_acc"](recentred(observed, tally(outcomes, frequency, weights)))
            for weights in resamples(outcomes.labels, count, resampling_seed(REFERENCE))
        ]
        value = float(MEASURES["corr_acc"](observed)[0])
        yield ModelCorrelation(name, pool, matching, len(captions), value, np.concatenate(blocks))


def _outcomes(rows: pd.DataFrame) -> Outcomes:
    """What a model answers to CLASS_IMAGES images of each class, of which its accuracy says how many it gets right."""
    rows = rows.sort_values("class")
    right = np.rint(rows["accuracy_percent"].to_numpy() / 100 * CLASS_IMAGES).astype(int)
    labels = np.repeat(np.arange(len(rows)), CLASS_IMAGES)
    answered = np.tile(np.arange(CLASS_IMAGES), len(rows)) < np.repeat(right, CLASS_IMAGES)
    return Outcomes(
        classes=tuple(rows["class"]),
        uids=np.arange(len(labels)),
        labels=labels,
        predictions=np.where(answered, labels, OTHER)[None],
        ranks=np.where(answered, 1, len(rows))[None],
    )
