"""A vocabulary: concepts, the synonyms they are found by, and words that rule a match out."""

import csv
from dataclasses import dataclass
from pathlib import Path

from clipcause.errors import UserError


@dataclass(frozen=True)
class Concept:
    """A concept is found by any of its synonyms unless one of the excluded phrases occurs too."""

    name: str
    synonyms: tuple[str, ...]
    excluded: tuple[str, ...] = ()


def read_vocabulary(path: str | Path) -> list[Concept]:
    """Read a CSV (columns concept, synonyms, excluded; `|` between several) or a `classnames.txt`.

    Raises UserError for an empty vocabulary, a missing column and a concept that stands twice.
    """
    path = Path(path)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            concepts = _from_csv(file, path) if path.suffix == ".csv" else _from_lines(file)
    except OSError as error:
        raise UserError(f"{path}: the vocabulary cannot be read ({error.strerror})") from error
    if not concepts:
        raise UserError(f"{path}: the vocabulary is empty")
    seen = set()
    for concept in concepts:
        if concept.name in seen:
            raise UserError(f"{path}: the concept {concept.name!r} stands twice")
        seen.add(concept.name)
    return concepts


def _from_csv(file, path: Path) -> list[Concept]:
    rows = csv.DictReader(file)
    missing = {"concept", "synonyms"} - set(rows.fieldnames or ())
    if missing:
        raise UserError(f"{path}: no column {', '.join(sorted(missing))}; it has {', '.join(rows.fieldnames or ())}")
    return [
        Concept(row["concept"], _parts(row["synonyms"]) or (row["concept"],), _parts(row.get("excluded") or ""))
        for row in rows
    ]


def _from_lines(file) -> list[Concept]:
    return [Concept(line.strip(), (line.strip(),)) for line in file if line.strip()]


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
