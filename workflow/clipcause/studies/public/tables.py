"""Published numbers of public models, measured like our own: effective robustness, and accuracy by class frequency.

Tables of accuracies have a row per model and a column per test set, `ImageNet 1k` and its shifts, as shares: of models
trained on ImageNet alone (`model`), the baselines, and of public CLIP models (`name`, `pretrained`). Others hold the
accuracy of each class (`model`, `pretraining`, `class`, `accuracy_percent`) and how many captions of a pool mention it
(`pool`, `matching`, `class`, `captions`).

Published accuracy in distribution is over all 1,000 classes, even where the shift has 200 of them (ImageNet-A and -R):
line and effective robustness belong to that pair of numbers.
"""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from clipcause.command import log
from clipcause.errors import UserError
from clipcause.evaluation.measures import MEASURES
from clipcause.evaluation.outcomes import OTHER, Outcomes
from clipcause.evaluation.tally import tally
from clipcause.outputs import whole
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


def frequency_correlations(accuracies: pd.DataFrame, frequencies: pd.DataFrame, count: int) -> pd.DataFrame:
    """Spearman's correlation of class frequency in a model's pool with its accuracy per class: columns CORRELATIONS.

    Per way in which captions were matched; models of pools without frequencies are left out. The measure is `corr_acc`
    and the 95 % interval that of one of our own runs, over `count` resamples of its CLASS_IMAGES images of each class.
    """
    by_model = accuracies.groupby(["pretraining", "model"])
    rows = [row for (pool, model), each in by_model for row in _correlate(model, pool, each, frequencies, count)]
    return pd.DataFrame(rows, columns=CORRELATIONS)


def write_public(
    baselines: Path, models: Path, accuracies: Path | None, frequencies: Path | None, output: Path, count: int
) -> None:
    """Write robustness.parquet, correlations.parquet (given both tables per class) and figures/ into a folder.

    Raises UserError if a table lacks a column or holds what is no accuracy.
    """
    from clipcause.figures.drawing import write_figures
    from clipcause.studies.public.figures import PUBLIC_FIGURES, PublicTables

    if (accuracies is None) != (frequencies is None):
        raise UserError(
            "correlations need both --accuracies and --frequencies, the accuracy and captions of each class"
        )
    found = public_robustness(read_accuracies(baselines, ["model"]), read_accuracies(models, ["name", "pretrained"]))
    correlations = pd.DataFrame(columns=CORRELATIONS)
    if accuracies is not None:
        correlations = frequency_correlations(
            read_table(accuracies, ["model", "pretraining", "class", "accuracy_percent"]),
            read_table(frequencies, ["pool", "matching", "class", "captions"]),
            count,
        )
    tables = PublicTables(found, correlations)
    with whole(output) as temporary:
        temporary.mkdir(parents=True)
        found.to_parquet(temporary / "robustness.parquet", index=False)
        if len(correlations):
            correlations.to_parquet(temporary / "correlations.parquet", index=False)
        write_figures(PUBLIC_FIGURES, tables, temporary / "figures")
    for (shift, maker), of_maker in found[~found["baseline"]].groupby(["testset", "maker"], sort=False):
        median = of_maker["effective_robustness"].median()
        log.info("%s, %s: effective robustness %.1f points (median of %d models)", shift, maker, median, len(of_maker))
    for row in correlations.itertuples():
        log.info(
            "%s on %s, %s: corr. acc %.2f [%.2f, %.2f]",
            *(row.model, row.pretraining, row.matching, row.corr_acc, row.low, row.high),
        )


def _robustness_rows(baselines: pd.DataFrame, models: pd.DataFrame, shift: str) -> Iterator[tuple]:
    line = fit_line(_counts(baselines, shift))
    about = (line.baselines, *map(float, astuple(line)[1:]))
    classes = SHIFTS[shift].classes
    public = [(name, tag, *pool_of(tag)) for name, tag in zip(models["name"], models["pretrained"], strict=True)]
    standard = [(name, None, None, None) for name in baselines["model"]]
    for frame, names, is_baseline in ((models, public, False), (baselines, standard, True)):
        counts = _counts(frame, shift)
        found = robustness(line, counts)
        values = (expit(counts.id_logit), counts.shift_accuracy, expit(line.at(counts.id_logit)), *found)
        for who, row in zip(names, zip(*values, strict=True), strict=True):
            numbers, extrapolates = map(float, row[:-1]), bool(row[-1])
            yield (*who, shift, REFERENCE, is_baseline, classes, *numbers, extrapolates, *about)


def _counts(models: pd.DataFrame, shift: str) -> Counts:
    images = SHIFTS[shift].images
    id_accuracy, shift_accuracy = (models[column].to_numpy(dtype=np.float64) for column in (REFERENCE, shift))
    return Counts(id_accuracy * REFERENCE_IMAGES, REFERENCE_IMAGES, shift_accuracy * images, images)


def _correlate(name: str, pool: str, rows: pd.DataFrame, frequencies: pd.DataFrame, count: int) -> Iterator[tuple]:
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
        value = MEASURES["corr_acc"](observed)
        low, high = sample_interval(ArmValues(pool, value, np.concatenate(blocks)[:, None]))
        yield name, pool, matching, len(captions), float(value[0]), float(low[0]), float(high[0])


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
