"""Concept frequencies: how many captions mention each concept; written, read, and added up over parts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.errors import UserError
from clipcause.files.outputs import whole

KEY = b"clipcause"  # of the parquet file's metadata
COUNTED = ("captions", "with_others", "labelled", "agreeing")


@dataclass(frozen=True)
class Counting:
    """What was counted how: parts that agree in it can be added up. `vocabulary` is a digest of all its phrases."""

    match: str
    lemmatizer: str | None
    vocabulary: str


@dataclass(frozen=True)
class Totals:
    """Captions that were read, those of them that are NULL, and those that mention a concept."""

    captions: int = 0
    null: int = 0
    matched: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.captions + other.captions, self.null + other.null, self.matched + other.matched)


@dataclass(frozen=True)
class Frequency:
    """Counts [C] per concept, in the order of `concepts`; `names` are for people.

    captions      captions that mention it
    with_others   of these, how many mention a further concept
    labelled      samples with it as their label (0 where nothing is labelled)
    agreeing      of these, how many have a caption that mentions it
    """

    counting: Counting
    totals: Totals
    labels: bool
    concepts: tuple[str, ...]
    names: tuple[str, ...]
    captions: np.ndarray
    with_others: np.ndarray
    labelled: np.ndarray
    agreeing: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Share of all captions, NULL ones included, that mention each concept, [C]."""
        return self.captions / max(self.totals.captions, 1)

    @property
    def precision(self) -> np.ndarray:
        """Share of a concept's captions whose sample has it as its label, [C]; NaN where it has no caption."""
        return _ratio(self.agreeing, self.captions)

    @property
    def recall(self) -> np.ndarray:
        """Share of the samples with a label whose caption mentions the concept, [C]; NaN where there are none."""
        return _ratio(self.agreeing, self.labelled)

    def write(self, path: str | Path) -> None:
        """Write a row per concept, sorted by concept, whole or not at all.

        Columns concept, name, captions, share, with_others, labelled and agreeing (the last two NULL without labels).
        """
        order = np.argsort(np.array(self.concepts, dtype=object), kind="stable")
        columns = {
            "concept": pa.array([self.concepts[place] for place in order], pa.string()),
            "name": pa.array([self.names[place] for place in order], pa.string()),
        }
        columns |= {
            "captions": self.captions[order],
            "share": self.share[order],
            "with_others": self.with_others[order],
        }
        for name, values in (("labelled", self.labelled), ("agreeing", self.agreeing)):
            columns[name] = values[order] if self.labels else pa.nulls(len(order), pa.int64())
        about = {"counting": vars(self.counting), "totals": vars(self.totals)}
        table = pa.table(columns).replace_schema_metadata({KEY: json.dumps(about, sort_keys=True)})
        with whole(path) as temporary:
            pq.write_table(table, temporary)


def read_frequency(path: str | Path) -> Frequency:
    """Read what `Frequency.write` wrote. Raises UserError for any other file."""
    try:
        table = pq.read_table(path)
        about = json.loads((table.schema.metadata or {})[KEY])
        counts = {name: table[name].to_numpy(zero_copy_only=False) for name in COUNTED[:2]}
        labels = table["labelled"].null_count < max(table.num_rows, 1)
        counts |= {name: table[name].fill_null(0).to_numpy(zero_copy_only=False) for name in COUNTED[2:]}
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise UserError(f"{path}: is no table of concept frequencies ({error}); count again") from error
    ids, names = (tuple(table[column].to_pylist()) for column in ("concept", "name"))
    return Frequency(Counting(**about["counting"]), Totals(**about["totals"]), labels, ids, names, **counts)


def merged(paths: Sequence[str | Path]) -> Frequency:
    """The sum of the frequencies of parts: the same as of the whole, counted in one go.

    Raises UserError if parts were counted with different vocabularies, rules or lemmatisers, or if only some of
    them have labels.
    """
    parts = [read_frequency(path) for path in paths]
    first = parts[0]
    for part, path in zip(parts, paths, strict=True):
        for what in ("match", "lemmatizer", "vocabulary"):
            one, other = getattr(first.counting, what), getattr(part.counting, what)
            if one != other:
                raise UserError(f"{path}: counted with {what} {other}, {paths[0]} with {one}; count both the same way")
        if part.labels != first.labels and part.totals.captions and first.totals.captions:
            raise UserError(f"{path}: labels were given for some parts only; count all with or without them")
    sums = {name: np.sum([getattr(part, name) for part in parts], axis=0, dtype=np.int64) for name in COUNTED}
    totals = sum((part.totals for part in parts), Totals())
    return Frequency(first.counting, totals, any(part.labels for part in parts), first.concepts, first.names, **sums)


def _ratio(part: np.ndarray, of: np.ndarray) -> np.ndarray:
    return np.divide(part, of, out=np.full(len(part), np.nan), where=of > 0)
