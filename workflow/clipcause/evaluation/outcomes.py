"""Stored predictions: rows per test sample of a run, and the same as class numbers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.errors import DamagedFileError, UserError
from clipcause.files.outputs import whole

COLUMNS = ["testset", "readout", "draw", "uid", "label", "prediction", "rank"]
OTHER = -1
_REASONS = b"reasons"

Key = tuple[str, str]
"""Test set and readout."""


@dataclass(frozen=True)
class Outcomes:
    """What one run answers on one test set of n samples by one readout, in each of its D draws (1 without chance).

    classes      the C classes that the test set holds samples of, sorted by name
    uids         [n] sample ids, in the test set's order
    labels       [n] the right class, 0 ... C-1
    predictions  [D, n] the predicted class, 0 ... C-1, or OTHER (-1): a class without samples here
    ranks        [D, n] the rank of the right class among the scores, from 1; see answers.py
    """

    classes: tuple[str, ...]
    uids: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray
    ranks: np.ndarray


@dataclass(frozen=True)
class Predictions:
    """A run's outcomes per test set and readout, and where a readout does not apply, why."""

    outcomes: dict[Key, Outcomes]
    reasons: dict[Key, str] = field(default_factory=dict)


def write_predictions(path: str | Path, frame: pd.DataFrame, reasons: Mapping[Key, str] | None = None) -> None:
    """Write rows of COLUMNS, label and prediction as class names, whole or not at all.

    `reasons` say why a readout has no rows on a test set; the file holds them as metadata.
    """
    listed = [[*key, reason] for key, reason in (reasons or {}).items()]
    table = pa.Table.from_pandas(frame[COLUMNS], preserve_index=False)
    with whole(path) as temporary:
        pq.write_table(table.replace_schema_metadata({_REASONS: json.dumps(listed).encode()}), temporary)


def read_predictions(path: str | Path, asked: Iterable[Key] | None = None) -> Predictions:
    """Read a run's predictions, all of them in stored order, or those of the test sets and readouts `asked` for.

    Raises UserError if the file lacks a column, or has neither rows nor a reason for what is asked.
    """
    try:
        table = pq.read_table(path)
    except (OSError, ValueError) as error:
        raise DamagedFileError(path, error) from error
    if missing := [column for column in COLUMNS if column not in table.column_names]:
        raise UserError(f"{path}: no column {', '.join(missing)}; predictions hold {', '.join(COLUMNS)}")
    listed = json.loads((table.schema.metadata or {}).get(_REASONS, b"[]"))
    reasons = {(testset, readout): reason for testset, readout, reason in listed}
    found = dict(iter(table.to_pandas().groupby(["testset", "readout"], sort=False)))
    for testset, readout in asked or ():
        if (testset, readout) not in found and (testset, readout) not in reasons:
            known = ", ".join(f"{one} by {other}" for one, other in [*found, *reasons])
            raise UserError(
                f"{path}: no predictions on test set '{testset}' by {readout}, only on {known}; evaluate it again"
            )
    wanted = list(asked) if asked is not None else [*found, *reasons]
    return Predictions(
        {key: outcomes_of(found[key]) for key in wanted if key in found},
        {key: reasons[key] for key in wanted if key in reasons},
    )


def outcomes_of(rows: pd.DataFrame) -> Outcomes:
    """Rows of COLUMNS, of one test set and one readout, as class numbers."""
    draws = int(rows["draw"].nunique())
    labels = pd.Categorical(rows["label"])
    predictions = pd.Categorical(rows["prediction"], categories=labels.categories).codes.astype(np.int64)
    samples = len(rows) // draws
    return Outcomes(
        classes=tuple(labels.categories),
        uids=rows["uid"].to_numpy()[:samples],
        labels=labels.codes[:samples].astype(np.int64),
        predictions=predictions.reshape(draws, samples),
        ranks=rows["rank"].to_numpy(dtype=np.int64).reshape(draws, samples),
    )
