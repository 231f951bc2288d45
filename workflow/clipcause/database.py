"""DuckDB as every stage uses it: bounded memory, the job's threads, parquet out with reproducible bytes."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from clipcause.errors import UserError, also_shared
from clipcause.files.outputs import whole
from clipcause.job.took import work_begins

ROW_GROUP = 100_000
DELIMITERS = {"csv": ",", "tsv": "\\t"}


def connect(threads: int = 1, memory_mb: int = 2000, spill: str | Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that uses at most `threads` and `memory_mb`, and spills to the folder `spill`."""
    import pandas  # noqa: F401  DuckDB and pyarrow import it when they are first given values, after work has begun

    work_begins()
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


def table(paths: str | Path | Iterable[str | Path], header: Sequence[str] | None = None, quoted: bool = True) -> str:
    """SQL that reads one or several parquet, CSV, TSV or JSONL files (paths or globs) as a table.

    CSV columns are read as text, so that a label `007` stays what it is; commas (in TSV tabs) part them. `header` names
    the columns of CSV files whose first line is a row like any other. Where they are `quoted`, quotes hold fields
    together, else a quote is a character like any other.
    """
    files = [str(paths)] if isinstance(paths, str | Path) else [str(path) for path in paths]
    listed = "[" + ", ".join(text(file) for file in files) + "]"
    kind = kind_of(files[0])
    if kind in DELIMITERS:
        quote = text('"' if quoted else "")
        named = ", ".join(f"{text(column)}: 'VARCHAR'" for column in header or ())
        head = f"header = false, auto_detect = false, columns = {{{named}}}" if header else "header = true"
        delimiter = f"delim = '{DELIMITERS[kind]}', quote = {quote}, escape = {quote}"
        return f"read_csv({listed}, {'' if header else 'all_varchar = true, '}{head}, {delimiter})"
    if kind in ("jsonl", "ndjson", "json"):
        return f"read_json({listed})"
    return f"read_parquet({listed})"


def kind_of(file: str) -> str:
    """What a table's path or URL says that it is: the last suffix before `.gz`, in lower case."""
    path = file.split("?")[0] if "://" in file else file
    return path.removesuffix(".gz").rsplit(".", 1)[-1].lower()


def columns(database: duckdb.DuckDBPyConnection, source: str, path: str | Path) -> dict[str, str]:
    """Names and SQL types of the columns of the SQL table `source`, read from `path`.

    Raises UserError if it cannot be read.
    """
    with readable(path):
        described = database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {column: kind for column, kind, *_ in described}


def rows_in(database: duckdb.DuckDBPyConnection, source: str) -> int:
    """How many rows an SQL source has: a table, a query in parentheses, either of them with a WHERE."""
    return database.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]


@contextmanager
def readable(path: str | Path) -> Iterator[None]:
    """Turn what is wrong with the data that a query reads, from `path`, into a UserError."""
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        remedy = "text is to be UTF-8"
        if kind_of(str(path)) == "parquet":
            remedy = f"write it anew; if a job has made it, delete it{also_shared(path)} and run this again"
        raise UserError(f"{path}: cannot be read as a table ({first_line(error)}); {remedy}") from error
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


def write_parquet(
    database: duckdb.DuckDBPyConnection, query: str, path: str | Path, source: str | Path | None = None
) -> None:
    """Write the rows of `query` to a parquet file, whole or not at all; the query has an order.

    What is wrong with the data that it reads is said of `source`, or else of `path`.
    """
    with whole(path) as temporary, readable(source or path):
        database.execute(f"COPY ({query}) TO {text(temporary)} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})")


def first_line(error: Exception) -> str:
    """The first line of an error's message; of a Python error that DuckDB passes on, the line that names it.

    Of a line of CSV that does not fit, its number and what is wrong with it; of lines that are unlike each other, that.
    """
    lines = str(error).strip().split("\n\n")[0].split("\n")
    if "Error when sniffing" in lines[0]:
        return "its lines differ in their number of fields or in how they end, or a quote is not closed"
    if "CSV Error on Line" in lines[0] and lines[2:]:
        return f"{lines[0]}: {lines[2]}"
    return lines[-1] if "Traceback" in lines[0] else lines[0]
