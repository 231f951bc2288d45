"""The distinct combinations of indicators and labels among candidates, and which of them each sample has."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import sparse

from clipcause.database import readable, table
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates

BLOCK = 100_000  # patterns whose labels are unpacked at once


@dataclass(frozen=True)
class Tabulated:
    """The patterns of N candidates, P of them, in the order of their numbers.

    indicators [P, f] bool; labels [P, c] sparse in {0,1}, `names` [c] what they are called, sorted; counts [P], summing
    to N.
    """

    indicators: np.ndarray
    labels: sparse.csr_array
    names: list[str]
    counts: np.ndarray


def tabulate(candidates: Candidates, indicators: Sequence[str], mentioned: bool) -> Tabulated:
    """Group candidates by `indicators`, SQL of booleans (NULL is false), and by their labels.

    A sample's labels are the concepts that its caption mentions, where `mentioned`, and else its `label`; it may have
    none. Makes the tables `patterned` (uid, pattern) and `patterns` (pattern, samples). Patterns are numbered in the
    order of their indicators and labels, a function of the candidates alone.

    Raises UserError if no candidate has a label.
    """
    with readable(f"subset {candidates.subset}"):
        labels = _number_labels(candidates, mentioned)
        flags = [f"flag{number}" for number in range(len(indicators))]
        _group(candidates, dict(zip(flags, indicators, strict=True)), _no_label(len(labels)), mentioned)
        found = candidates.database.sql(
            f"SELECT {', '.join(flags)}, CAST(held AS BLOB) AS held, samples FROM patterns ORDER BY pattern"
        ).to_arrow_table()
    bits = np.column_stack([found[flag].to_numpy(zero_copy_only=False) for flag in flags])
    held = _unpack(found["held"], len(labels))
    occurring = np.flatnonzero(held.sum(axis=0) > 0)
    if not len(occurring):
        raise UserError(_without_labels(candidates, mentioned))
    held = held if len(occurring) == len(labels) else sparse.csr_array(held[:, occurring])
    return Tabulated(bits, held, [labels[number] for number in occurring], found["samples"].to_numpy())


def _number_labels(candidates: Candidates, mentioned: bool) -> list[str]:
    """All labels, sorted. Makes the table `numbered` (concept, held): as a set of labels, its bit among all labels'.

    Sets of labels are strings of bits: the same whatever the order and however often a pair stands, and compact.
    """
    source = (
        f"SELECT concept FROM {table(candidates.matches)}" if mentioned else "SELECT label AS concept FROM candidates"
    )
    database = candidates.database
    distinct = f"SELECT DISTINCT concept FROM ({source}) WHERE concept IS NOT NULL ORDER BY concept"
    labels = [concept for (concept,) in database.execute(distinct).fetchall()]
    if not labels:
        raise UserError(_without_labels(candidates, mentioned))
    database.register("listed", pa.table({"concept": labels, "number": pa.array(range(len(labels)), pa.int32())}))
    database.execute(
        "CREATE TEMP TABLE numbered AS "
        f"SELECT concept, set_bit({_no_label(len(labels))}, number, 1) AS held FROM listed"
    )
    database.unregister("listed")
    return labels


def _group(candidates: Candidates, indicators: dict[str, str], none: str, mentioned: bool) -> None:
    """Make the tables `patterns` (pattern, the indicators, held, samples) and `patterned` (uid, pattern)."""
    database = candidates.database
    if mentioned:
        # Sets of bits need no distinct pairs, nor candidates' alone: with one source all its pairs do.
        pairs = table(candidates.matches) if len(candidates.matches) == 1 else f"({candidates.mentions()})"
        sets = (
            f"(SELECT uid, bit_or(held) AS held FROM {pairs} JOIN numbered USING (concept) GROUP BY uid) AS sets "
            "ON sets.uid = candidates.uid"
        )
    else:
        sets = "numbered AS sets ON sets.concept = candidates.label"
    flagged = ", ".join(f"coalesce({indicator}, false) AS {flag}" for flag, indicator in indicators.items())
    key = ", ".join([*indicators, "held"])
    database.execute(
        f"CREATE TEMP TABLE keyed AS SELECT candidates.uid, {flagged}, coalesce(sets.held, {none}) AS held "
        f"FROM candidates LEFT JOIN {sets}"
    )
    database.execute(
        f"CREATE TEMP TABLE patterns AS SELECT CAST(row_number() OVER (ORDER BY {key}) - 1 AS INTEGER) AS pattern, * "
        f"FROM (SELECT {key}, count(*) AS samples FROM keyed GROUP BY ALL)"
    )
    database.execute(f"CREATE TEMP TABLE patterned AS SELECT uid, pattern FROM keyed JOIN patterns USING ({key})")
    database.execute("DROP TABLE keyed")


def _no_label(labels: int) -> str:
    """SQL of the empty set of labels, of whole bytes."""
    return f"bitstring('0', {-(-labels // 8) * 8})"


def _unpack(held: pa.ChunkedArray, labels: int) -> sparse.csr_array:
    """Strings of bits, first label first, as a sparse matrix [P, c]."""
    width = -(-labels // 8)
    packed = np.frombuffer(held.combine_chunks().cast(pa.binary(width)).buffers()[1], np.uint8)
    packed = packed[: len(held) * width].reshape(-1, width)
    columns, ends = [], [np.zeros(1, np.int64)]
    for first in range(0, len(packed), BLOCK):
        bits = np.unpackbits(packed[first : first + BLOCK], axis=1, count=labels)
        columns.append((np.flatnonzero(bits) % labels).astype(np.int32))
        ends.append(ends[-1][-1] + np.cumsum(bits.sum(axis=1, dtype=np.int64)))
    column, end = np.concatenate(columns), np.concatenate(ends)
    # scipy keeps both kinds of number as wide as the wider.
    narrow = end.astype(np.int32) if len(column) < 2**31 else end
    return sparse.csr_array((np.ones(len(column)), column, narrow), shape=(len(packed), labels))


def _without_labels(candidates: Candidates, mentioned: bool) -> str:
    remedy = (
        "; does the vocabulary fit its captions?" if mentioned else "; name a vocabulary to take them from captions"
    )
    return f"subset {candidates.subset}: no candidate has a label to be parted from the attributes{remedy}"
