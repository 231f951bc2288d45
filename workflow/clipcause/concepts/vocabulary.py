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
        with open(path, encoding="utf-8-sig", newline="") as file:
            concepts = _FORMATS[path.suffix.lower()](file, path)
    except KeyError as error:
        raise UserError(f"{path}: a vocabulary is a {' or '.join(_FORMATS)} file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: the vocabulary cannot be read ({error})") from error
    if not concepts:
        raise UserError(f"{path}: the vocabulary is empty")
    seen = set()
    for concept in concepts:
        if not concept.name:
            raise UserError(f"{path}: a concept has no name")
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
        Concept(name, _parts(row["synonyms"]) or (name,), _parts(row.get("excluded")))
        for row in rows
        for name in [(row["concept"] or "").strip()]
    ]


def _from_lines(file, path: Path) -> list[Concept]:
    return [Concept(line.strip(), (line.strip(),)) for line in file if line.strip()]


def _parts(cell: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


_FORMATS = {".csv": _from_csv, ".txt": _from_lines}
