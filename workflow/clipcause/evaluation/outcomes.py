"""Stored predictions: one row per test sample of a run, and the same as class numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clipcause.errors import UserError
from clipcause.outputs import whole

COLUMNS = ["testset", "uid", "label", "prediction"]
OTHER = -1


@dataclass(frozen=True)
class Outcomes:
    """What one run predicted on one test set of n samples.

    classes      the C classes that the test set holds samples of, sorted by name
    uids         [n] sample ids, in the test set's order
    labels       [n] the right class, 0 ... C-1
    predictions  [n] the predicted class, 0 ... C-1, or OTHER (-1): a class without samples here
    """

    classes: tuple[str, ...]
    uids: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray


def write_predictions(path: str | Path, frame: pd.DataFrame) -> None:
    """Write rows of testset, uid, label, prediction (class names), whole or not at all."""
    with whole(path) as temporary:
        frame[COLUMNS].to_parquet(temporary, index=False)


def read_outcomes(path: str | Path, testsets: Sequence[str] | None = None) -> dict[str, Outcomes]:
    """Read a run's predictions, as one `Outcomes` per test set in stored order, or per name in `testsets`.

    Raises UserError if the file lacks a column or one of `testsets`.
    """
    frame = pd.read_parquet(path)
    if missing := [column for column in COLUMNS if column not in frame]:
        raise UserError(f"{path}: no column {', '.join(missing)}; predictions hold {', '.join(COLUMNS)}")
    found = {name: _outcomes(rows) for name, rows in frame.groupby("testset", sort=False)}
    for name in testsets or ():
        if name not in found:
            raise UserError(
                f"{path}: no predictions on test set '{name}', only on {', '.join(found)}; evaluate it again"
            )
    return {name: found[name] for name in testsets or found}


def _outcomes(rows: pd.DataFrame) -> Outcomes:
    labels = pd.Categorical(rows["label"])
    return Outcomes(
        classes=tuple(labels.categories),
        uids=rows["uid"].to_numpy(),
        labels=labels.codes.astype(np.int64),
        predictions=pd.Categorical(rows["prediction"], categories=labels.categories).codes.astype(np.int64),
    )


def read_frequency(path: str | Path) -> pd.Series:
    """Read how many captions mention each concept, as a series indexed by concept.

    Raises UserError if the file is not a frequency table or has a concept twice.
    """
    frame = pd.read_parquet(path)
    if missing := [column for column in ("concept", "captions") if column not in frame]:
        raise UserError(f"{path}: no column {', '.join(missing)}; a frequency table holds concept, captions, share")
    frequency = frame.set_index("concept")["captions"].rename(str(path))
    if not frequency.index.is_unique:
        twice = frequency.index[frequency.index.duplicated()][0]
        raise UserError(f"{path}: concept '{twice}' stands twice; keep one row per concept")
    return frequency


def class_frequency(frequency: pd.Series, classes: Sequence[str], testset: str) -> np.ndarray:
    """The frequency of each of `classes`, [C] float64. Raises UserError naming the classes that have none."""
    if missing := [name for name in classes if name not in frequency.index]:
        raise UserError(
            f"test set '{testset}': no frequency for class {', '.join(map(repr, missing))} in {frequency.name}; "
            "add it to the vocabulary, under the name that the test set uses"
        )
    return frequency.loc[list(classes)].to_numpy(dtype=np.float64)
