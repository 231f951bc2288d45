"""DuckDB as every stage uses it: bounded memory, the job's threads, parquet out with reproducible bytes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from clipcause.errors import UserError
from clipcause.outputs import whole

ROW_GROUP = 100_000


def connect(threads: int = 1, memory_mb: int = 2000, spill: str | Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that uses at most `threads` and `memory_mb`, and spills to the folder `spill`."""
    database = duckdb.connect()
    database.execute(f"SET threads = {int(threads)}; SET memory_limit = '{int(memory_mb)}MB'")
    database.execute("SET enable_progress_bar = false")
    if spill is not None:
        database.execute(f"SET temp_directory = {text(spill)}")
    return database


def text(value: object) -> str:
    """`value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(column: str) -> str:
    """`column` as a quoted SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def table(paths: str | Path | Iterable[str | Path]) -> str:
    """SQL that reads one or several parquet, CSV, TSV or JSONL files (paths or globs) as a table.

    CSV columns are read as text, so that a label `007` stays what it is; commas (in TSV tabs) part them, quotes hold.
    """
    files = [str(paths)] if isinstance(paths, str | Path) else [str(path) for path in paths]
    listed = "[" + ", ".join(text(file) for file in files) + "]"
    first = files[0].split("?")[0] if "://" in files[0] else files[0]
    kind = first.removesuffix(".gz").rsplit(".", 1)[-1].lower()
    if kind in ("csv", "tsv"):
        delimiter = {"csv": ",", "tsv": "\\t"}[kind]
        return (
            f"read_csv({listed}, all_varchar = true, header = true, delim = '{delimiter}', quote = '\"', escape = '\"')"
        )
    if kind in ("jsonl", "ndjson", "json"):
        return f"read_json({listed})"
    return f"read_parquet({listed})"


def columns(database: duckdb.DuckDBPyConnection, source: str, path: str | Path) -> dict[str, str]:
    """Names and SQL types of the columns of the SQL table `source`, read from `path`.

    Raises UserError if it cannot be read.
    """
    with readable(path):
        described = database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {column: kind for column, kind, *_ in described}


@contextmanager
def readable(path: str | Path) -> Iterator[None]:
    """Turn what is wrong with the data that a query reads, from `path`, into a UserError."""
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise UserError(f"{path}: cannot be read as a table ({first_line(error)}); text is to be UTF-8") from error
    except duckdb.OutOfMemoryException as error:
        raise UserError(f"{path}: needs more memory ({first_line(error)}); give the rule more mem_mb") from error


def among(column: str, values: Iterable[object]) -> str:
    """SQL: whether a column holds one of `values`; numbers compare as numbers, anything else as text."""
    tests = []
    for value in values:
        if isinstance(value, int | float) and not isinstance(value, bool):
            tests.append(f"TRY_CAST({name(column)} AS DOUBLE) = {float(value)!r}")
        else:
            shown = str(value).lower() if isinstance(value, bool) else value
            tests.append(f"CAST({name(column)} AS VARCHAR) = {text(shown)}")
    return f"({' OR '.join(tests)})"


def write_parquet(database: duckdb.DuckDBPyConnection, query: str, path: str | Path) -> None:
    """Write the rows of `query` to a parquet file, whole or not at all; the query ends in ORDER BY."""
    with whole(path) as temporary, readable(path):
        database.execute(f"COPY ({query}) TO {text(temporary)} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})")


def first_line(error: Exception) -> str:
    """The first line of an error's message; of a Python error that DuckDB passes on, the line that names it."""
    lines = str(error).strip().split("\n\n")[0].split("\n")
    return lines[-1] if "Traceback" in lines[0] else lines[0]
