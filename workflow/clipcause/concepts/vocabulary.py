"""A vocabulary: concepts, the synonyms they are found by, and words that rule a match out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from clipcause.concepts.formats import Entry, read_entries, without_qualifiers
from clipcause.errors import UserError


@dataclass(frozen=True)
class Concept:
    """A concept is found by any of its synonyms unless something of what is excluded occurs too.

    `id` is unique in a vocabulary and stands in every table; `name` is for people, `definition` says what it means.
    """

    id: str
    name: str
    synonyms: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    definition: str = ""


def read_vocabulary(path: str | Path, exclude: str | Path | None = None) -> list[Concept]:
    """Read a vocabulary, in the file's order, and add what the table `exclude` rules out for its concepts.

    `path` is a table with the columns concept, and where they are needed name, synonyms, excluded and definition
    (.csv, .tsv, .parquet, .yaml, .json; several synonyms are a list, or text parted by `|`), a mapping from concept to
    synonyms (.yaml, .json), plain class names, one a line (.txt), or `open_clip:imagenet`, the 1,000 names that
    open_clip ships. A concept without synonyms is found by its name, one without a
    name is called by its first synonym.

    Raises UserError for a file that cannot be read, an empty vocabulary, a concept without a name or without anything
    to be found by, one that stands twice, and an exclusion of a concept that the vocabulary lacks.
    """
    concepts = [_concept(entry) for entry in read_entries(path)]
    if not concepts:
        raise UserError(f"{path}: the vocabulary is empty")
    seen = set()
    for concept in concepts:
        if not concept.id:
            raise UserError(f"{path}: a concept has no name")
        if not concept.synonyms:
            raise UserError(f"{path}: nothing is left of the concept {concept.id!r} to be found by; give it a synonym")
        if concept.id in seen:
            raise UserError(f"{path}: the concept {concept.id!r} stands twice")
        seen.add(concept.id)
    return concepts if exclude is None else _excluding(concepts, exclude, path)


def _concept(entry: Entry) -> Concept:
    name = entry.name or next(iter(entry.synonyms), entry.concept)
    return Concept(entry.concept, name, entry.synonyms or without_qualifiers([name]), entry.excluded, entry.definition)


def _excluding(concepts: list[Concept], exclude: str | Path, path: str | Path) -> list[Concept]:
    ruled_out: dict[str, tuple[str, ...]] = {}
    for entry in read_entries(exclude, listed="excluded"):
        ruled_out[entry.concept] = ruled_out.get(entry.concept, ()) + entry.excluded
    _check_known(ruled_out, {concept.id for concept in concepts}, exclude, path)
    return [
        replace(concept, excluded=tuple(dict.fromkeys(concept.excluded + ruled_out.get(concept.id, ()))))
        for concept in concepts
    ]


def _check_known(wanted: Iterable[str], known: set[str], exclude: str | Path, path: str | Path) -> None:
    for concept in wanted:
        if concept not in known:
            near = get_close_matches(concept, known, n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            raise UserError(f"{exclude}: the concept {concept!r} is not in {path}{guess}")
