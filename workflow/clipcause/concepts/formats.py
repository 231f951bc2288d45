"""The files that a vocabulary, or a table of exclusions, is read from."""

import ast
import csv
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from clipcause.errors import UserError

OPEN_CLIP = "open_clip:imagenet"
COLUMNS = ("concept", "name", "synonyms", "excluded")


class Entry(NamedTuple):
    """One row of a vocabulary's file; what it does not say is empty."""

    concept: str
    name: str = ""
    synonyms: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def read_entries(path: str | Path) -> list[Entry]:
    """Read a file in any of the formats of `read_vocabulary`. Raises UserError naming it, and what is wrong."""
    if str(path) == OPEN_CLIP:
        return list(_numbered(_class_names(_open_clip_names())))
    path = Path(path)
    read = _FORMATS.get(path.suffix.lower())
    if read is None:
        raise UserError(f"{path}: a vocabulary is a {' or '.join(_FORMATS)} file, or {OPEN_CLIP}")
    try:
        return list(read(path))
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path}: the vocabulary cannot be read ({reason})") from error


def _from_lines(path: Path) -> Iterator[Entry]:
    return _class_names(path.read_text(encoding="utf-8-sig").splitlines())


def _class_names(lines: Iterable[str]) -> Iterator[Entry]:
    """Plain class names: `a or b` and `a / b` are alternatives, in what is searched for, not in the name."""
    for line in lines:
        name = line.strip()
        if name:
            yield Entry(name, name, _cleaned(re.split(r" or | / ", _without_qualifiers(name))))


def _numbered(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Tell classes of one name apart by their number: the second `missile` is concept `missile (744)`."""
    seen = set()
    for number, entry in enumerate(entries):
        yield entry._replace(concept=f"{entry.concept} ({number})") if entry.concept in seen else entry
        seen.add(entry.concept)


def _open_clip_names() -> list[str]:
    """The names of ImageNet's classes in open_clip's source, which is read, not run: importing it takes seconds."""
    package = importlib.util.find_spec("open_clip")
    if package is None:
        raise UserError(f"{OPEN_CLIP}: open_clip is not installed; pip install open_clip_torch")
    source = Path(package.origin).with_name("zero_shot_metadata.py")
    for statement in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "IMAGENET_CLASSNAMES":
            return list(ast.literal_eval(statement.value))
    raise UserError(f"{source}: has no IMAGENET_CLASSNAMES; this version of open_clip keeps them elsewhere")


def _from_csv(path: Path) -> Iterator[Entry]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        _check_columns(path, rows.fieldnames or ())
        yield from map(_from_row, rows)


def _from_parquet(path: Path) -> Iterator[Entry]:
    table = pq.read_table(path)
    _check_columns(path, table.column_names)
    return map(_from_row, table.to_pylist())


def _from_yaml(path: Path) -> Iterator[Entry]:
    return _from_document(yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_LoaderOfUniqueKeys), path)


def _from_json(path: Path) -> Iterator[Entry]:
    return _from_document(json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_unique_keys), path)


def _from_document(content: object, path: Path) -> Iterator[Entry]:
    """A list of rows, or a mapping from concept to its synonyms or to the rest of its row."""
    if isinstance(content, Mapping):
        for concept, said in content.items():
            row = dict(said) if isinstance(said, Mapping) else {"synonyms": said}
            yield _from_row({**row, "concept": concept})
    elif isinstance(content, list):
        for row in content:
            if not isinstance(row, Mapping):
                yield from _class_names([str(row)])
                continue
            _check_columns(path, row)
            yield _from_row(row)
    elif content is not None:
        raise UserError(f"{path}: holds {type(content).__name__}; a vocabulary is a mapping or a list of rows")


def _from_row(row: Mapping[str, object]) -> Entry:
    concept, name = (str(row.get(column) if row.get(column) is not None else "").strip() for column in COLUMNS[:2])
    synonyms, excluded = (_cleaned(map(_without_qualifiers, _parts(row.get(column)))) for column in COLUMNS[2:])
    return Entry(concept, name, synonyms, excluded)


def _check_columns(path: Path, present: Iterable[str]) -> None:
    if "concept" not in present:
        raise UserError(f"{path}: no column concept; it has {', '.join(map(str, present)) or 'none'}")


def _parts(cell: object) -> list[str]:
    """What a cell lists: a list as it is, text parted by `|`."""
    if cell is None:
        return []
    return [str(part) for part in cell] if isinstance(cell, list) else str(cell).split("|")


def _without_qualifiers(phrase: str) -> str:
    """`crane (bird)` -> `crane `."""
    return re.sub(r"\([^)]*\)", " ", phrase)


def _cleaned(phrases: Iterable[str]) -> tuple[str, ...]:
    """Each phrase once, with single spaces; empty ones fall away."""
    return tuple(dict.fromkeys(phrase for phrase in (" ".join(each.split()) for each in phrases) if phrase))


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = {}
    for key, value in pairs:
        if key in mapping:
            raise ValueError(f"the concept {key!r} stands twice")
        mapping[key] = value
    return mapping


class _LoaderOfUniqueKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error; by itself YAML keeps the last one."""

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
