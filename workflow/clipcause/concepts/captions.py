"""Captions as they are counted: read from any table, in bounded chunks, from here or from afar."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from clipcause.database import columns, connect, first_line, name, readable, rows_in, table, text
from clipcause.errors import UserError
from clipcause.web.remote import reach

CHUNK = 60_000  # captions that are in memory at a time
READER_MB = 400  # of a job's memory
TEXT = ("VARCHAR", "JSON", '"NULL"')  # the last two hold nothing but null
LIKE_TEXT = ("DATE", "TIME", "TIMESTAMP", "UUID")  # what text in a JSON file may be taken for


@dataclass(frozen=True)
class Captions:
    """Where captions stand: a file or glob, the column of the text and, where they are wanted, of uid and label.

    With `parts` above 1 it is the `part`-th of so many equal runs of rows of one parquet file.
    """

    path: str
    column: str
    uid: str | None = None
    label: str | None = None
    part: int = 0
    parts: int = 1


class CaptionReader:
    """Reads the rows of `captions`: the columns caption, and uid and label where they are named.

    Rows without an image (`shard` is NULL, where there is such a column) are left out. Raises UserError with the
    file, the column and what was found: no such file or column, a caption that is not text, a damaged file.
    """

    def __init__(self, captions: Captions) -> None:
        self.path = captions.path
        self._database = connect(memory_mb=READER_MB)
        self._copies = TemporaryDirectory(prefix="clipcause.")
        here = reach(self._database, self.path, Path(self._copies.name))
        source = table(here)
        with self._damage_named():
            present = columns(self._database, source, self.path)
        wanted = {"caption": captions.column, "uid": captions.uid, "label": captions.label}
        for role, column in wanted.items():
            if column is not None and column not in present:
                raise UserError(f"{self.path}: no {role} column {column!r}; it has {', '.join(present)}")
        in_json = source.startswith("read_json")
        found = present[captions.column]
        if found not in TEXT + (LIKE_TEXT if in_json else ()):
            raise UserError(f"{self.path}: the caption column {captions.column!r} holds {found}; captions are text")
        if in_json:
            read = [column for column in ("shard", *wanted.values()) if column in present]
            source = f"{source[:-1]}, columns = {{{', '.join(f'{name(column)}: VARCHAR' for column in read)}}})"
        listed = [f"CAST({name(column)} AS VARCHAR) AS {role}" for role, column in wanted.items() if column]
        rows = ["shard IS NOT NULL"] if "shard" in present else []
        if captions.parts > 1:
            source, within = self._part(source, here, captions)
            rows.append(within)
        self._query = f"SELECT {', '.join(listed)} FROM {source}" + (f" WHERE {' AND '.join(rows)}" if rows else "")
        self.total = self._count(source, rows) if source.startswith("read_parquet") else None

    def chunks(self) -> Iterator[pa.RecordBatch]:
        """Yield up to CHUNK rows at a time, in the order of the file; once, since copies from afar are deleted then."""
        with self._copies, self._damage_named():
            yield from self._database.sql(self._query).to_arrow_reader(CHUNK)

    def _part(self, source: str, here: str, captions: Captions) -> tuple[str, str]:
        """SQL of the source with numbered rows, and of the condition that keeps one part of them."""
        files = rows_in(self._database, f"glob({text(here)})")
        if not source.startswith("read_parquet") or files != 1:
            raise UserError(f"{self.path}: parts are of one parquet file; count other files one by one, then merge")
        rows = self._count(source, [])
        first, last = (rows * each // captions.parts for each in (captions.part, captions.part + 1))
        numbered = source[:-1] + ", file_row_number = true)"
        return numbered, f"file_row_number >= {first} AND file_row_number < {last}"

    def _count(self, source: str, rows: list[str]) -> int:
        where = f" WHERE {' AND '.join(rows)}" if rows else ""
        with self._damage_named():
            return rows_in(self._database, f"{source}{where}")

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        try:
            with readable(self.path):
                yield
        except (OSError, pa.ArrowException, duckdb.Error) as error:
            raise UserError(f"{self.path}: cannot be read, or is damaged ({first_line(error)})") from error
