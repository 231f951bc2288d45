"""The files that a vocabulary, or a table of exclusions, is read from."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from clipcause.class_names import told_apart
from clipcause.errors import UserError
from clipcause.open_clip_words import imagenet_names

SHOWN = 60  # characters of what is wrong
OPEN_CLIP = "open_clip:imagenet"
Row = Mapping[str, object]


class Entry(NamedTuple):
    """One row of a vocabulary's file; what it does not say is empty."""

    concept: str
    name: str = ""
    synonyms: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    definition: str = ""


def read_entries(path: str | Path, listed: str = "synonyms") -> list[Entry]:
    """Read a file in any of the formats of `read_vocabulary`.

    `listed` is what a mapping from concepts to lists lists: their synonyms, or in a table of exclusions what is
    excluded, which then must be there. Raises UserError naming the file, and what is wrong.
    """
    if str(path) == OPEN_CLIP:
        rows = list(_class_names(imagenet_names()))
        concepts = told_apart([row["concept"] for row in rows])
        return [_entry({**row, "concept": concept}) for row, concept in zip(rows, concepts, strict=True)]
    path = Path(path)
    read = _FORMATS.get(path.suffix.lower())
    if read is None:
        raise UserError(f"{path}: a vocabulary is a {' or '.join(_FORMATS)} file, or {OPEN_CLIP}")
    needed = ("concept", "excluded") if listed == "excluded" else ("concept",)
    try:
        return [_entry(row) for row in read(path, needed)]
    except (OSError, csv.Error, pa.ArrowException, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path}: the vocabulary cannot be read ({reason})") from error


def _entry(row: Row) -> Entry:
    concept, name, definition = (
        "" if row.get(key) is None else str(row[key]).strip() for key in ("concept", "name", "definition")
    )
    synonyms, excluded = (without_qualifiers(_parts(row.get(column))) for column in ("synonyms", "excluded"))
    return Entry(concept, name, synonyms, excluded, definition)


def _from_lines(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    return _class_names(path.read_text(encoding="utf-8-sig").splitlines())


def _class_names(lines: Iterable[str]) -> Iterator[Row]:
    """Plain class names: `a or b` and `a / b` are alternatives, in what is searched for, not in the name."""
    for line in lines:
        name = line.strip()
        if name:
            yield {"concept": name, "name": name, "synonyms": re.split(r" or | / ", _bare(name))}


def _from_csv(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        _check_columns(path, rows.fieldnames or (), needed)
        for row in rows:
            if None in row:  # what stands beyond the last column
                raise ValueError(f"line {rows.line_num} has more fields than there are columns; | parts synonyms")
            yield row


def _from_parquet(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    table = pq.read_table(path)
    _check_columns(path, table.column_names, needed)
    return iter(table.to_pylist())


def _from_yaml(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    return _from_document(yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_LoaderOfUniqueKeys), path, needed)


def _from_json(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_unique_keys)
    return _from_document(content, path, needed)


def _from_document(content: object, path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    """A list of rows, or a mapping from concept to a list or to the rest of its row."""
    if isinstance(content, Mapping):
        listed = "excluded" if "excluded" in needed else "synonyms"
        for concept, said in content.items():
            row = said if isinstance(said, Mapping) else {listed: said}
            yield {**row, "concept": concept}
    elif isinstance(content, list):
        for row in content:
            if isinstance(row, Mapping):
                _check_columns(path, row, needed)
                yield row
            else:
                yield from _class_names([str(row)])
    elif content is not None:
        raise UserError(f"{path}: holds {type(content).__name__}; a vocabulary is a mapping or a list of rows")


def _check_columns(path: Path, present: Iterable[str], needed: tuple[str, ...]) -> None:
    if twice := [column for column, count in Counter(list(present)).items() if count > 1]:
        raise UserError(f"{path}: the column {twice[0]} stands twice")
    missing = [column for column in needed if column not in present]
    if missing:
        raise UserError(f"{path}: no column {missing[0]}; it has {', '.join(map(str, present)) or 'none'}")


def _parts(cell: object) -> list[str]:
    """What a cell lists: a list as it is, text parted by `|`. Raises ValueError for what holds further lists."""
    if cell is None:
        return []
    if any(isinstance(part, list | Mapping) for part in (cell if isinstance(cell, list) else [cell])):
        raise ValueError(f"{str(cell)[:SHOWN]} is no list of phrases")
    return [str(part) for part in cell] if isinstance(cell, list) else str(cell).split("|")


def without_qualifiers(phrases: Iterable[str]) -> tuple[str, ...]:
    """`crane (bird)` -> `crane`: each phrase once, with single spaces; what is empty then falls away."""
    return tuple(dict.fromkeys(phrase for phrase in (" ".join(_bare(each).split()) for each in phrases) if phrase))


def _bare(phrase: str) -> str:
    return re.sub(r"\([^)]*\)", " ", phrase)


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = {}
    for key, value in pairs:
        if key in mapping:
            raise ValueError(f"the concept {key!r} stands twice")
        mapping[key] = value
    return mapping


class _LoaderOfUniqueKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, and `no` a word: YAML keeps the last one, and reads false."""

    yaml_implicit_resolvers: ClassVar = {"<": yaml.SafeLoader.yaml_implicit_resolvers["<"]}  # of merged mappings

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        self.flatten_mapping(node)
        pairs = [(self.construct_object(key, deep), self.construct_object(value, deep)) for key, value in node.value]
        return _unique_keys([(str(key), value) for key, value in pairs])


_FORMATS = {
    ".csv": _from_csv,
    ".tsv": _from_csv,
    ".parquet": _from_parquet,
    ".yaml": _from_yaml,
    ".yml": _from_yaml,
    ".json": _from_json,
    ".txt": _from_lines,
}
