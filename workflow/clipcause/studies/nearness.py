"""Accuracy against nearest-neighbour similarity for a study's arms: what is read, and the table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clipcause.errors import UserError
from clipcause.evaluation.outcomes import Outcomes
from clipcause.files.frames import read_frame
from clipcause.studies.resampling import resamples, resampling_seed
from clipcause.studies.runs import Run
from clipcause.studies.similarity import NearnessRun, similarity_curves

BINS = 10
DRAW = 0  # of a subset, whose similarities data cards tell
NEARNESS = [
    *("arm", "testset", "readout", "draw", "lowest", "highest", "samples", "similarity"),
    *("accuracy", "low", "high", "seeds"),
]


def read_nearest(path: str | Path) -> dict[str, pd.Series]:
    """Read a subset's nearest.parquet: per test set the similarity of each test sample, by uid, to its nearest image.

    Raises UserError if a column is missing.
    """
    frame = read_frame(path)
    if missing := [name for name in ("testset", "testset_uid", "similarity") if name not in frame]:
        raise UserError(f"{path}: no column {', '.join(missing)}; describe the subset again")
    return {testset: rows.set_index("testset_uid")["similarity"] for testset, rows in frame.groupby("testset")}


def nearness_rows(
    runs: Sequence[Run], testset: str, readout: str, nearest: Mapping[str, Mapping[str, pd.Series]], count: int
) -> Iterator[tuple]:
    """Yield NEARNESS rows of one test set and readout: accuracy in bins of similarity, the same bins for every arm.

    nearest: per arm what `read_nearest` reads of draw 0 of its subset; arms without are left out. All seeds of an arm
    are set against that draw. Raises UserError if the similarity of a test sample is not known.
    """
    compared = [
        NearnessRun(run.arm, run.family, _correct(outcomes), _similarity(nearest[run.arm], testset, outcomes, run.arm))
        for run in runs
        if run.arm in nearest and (outcomes := run.outcomes.get((testset, readout))) is not None
    ]
    if not compared:
        return
    labels = next(run.outcomes[testset, readout].labels for run in runs if (testset, readout) in run.outcomes)
    for found in similarity_curves(compared, resamples(labels, count, resampling_seed(testset)), BINS):
        accuracy = found.accuracy
        ends = (None,) * 4
        if accuracy is not None:
            low, high = np.clip((accuracy.low, accuracy.high), 0, 1)
            ends = (float(accuracy.value), float(low), float(high), accuracy.seeds)
        yield found.arm, testset, readout, DRAW, found.lowest, found.highest, found.samples, found.similarity, *ends


def _correct(outcomes: Outcomes) -> np.ndarray:
    """Whether each sample is answered right, [n]; of a readout with several draws in which share of them."""
    return (outcomes.predictions == outcomes.labels).mean(axis=0)


def _similarity(nearest: Mapping[str, pd.Series], testset: str, outcomes: Outcomes, arm: str) -> np.ndarray:
    of_testset = nearest.get(testset, pd.Series(dtype=np.float64))
    missing = ~pd.Index(outcomes.uids).isin(of_testset.index)
    if missing.any():
        raise UserError(
            f"arm '{arm}': the similarity of {missing.sum()} samples of test set '{testset}' to its subset is not "
            f"known, such as that of {outcomes.uids[missing][0]}; embed the test set and describe the subset again"
        )
    return of_testset.loc[outcomes.uids].to_numpy(dtype=np.float64)
