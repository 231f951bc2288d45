"""A pool's metadata: the user's tables brought once into one parquet file, of which every chunk reads its own rows."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.class_names import told_apart
from clipcause.database import (
    DELIMITERS,
    columns,
    connect,
    kind_of,
    name,
    readable,
    rows_in,
    table,
    text,
    write_parquet,
)
from clipcause.errors import UserError
from clipcause.job.command import log
from clipcause.open_clip_words import imagenet_names, imagenet_wnids
from clipcause.pools.sources import table_files
from clipcause.pools.templates import WORDS, as_text, worded

# Columns of our own; a kept column of the same name would be ambiguous.
RESERVED = ("row", "uid", "shard", "offset", "size", "digest", "width", "height", "caption", "label",
            "status", "error_class", "error", "held_out")  # fmt: skip
UID_DIGITS = 20
BUCKET_DIGITS = 4  # of a hash: 65,536 buckets, of which one alone is sorted


def prepare_metadata(metadata: list[str], fetched: Path | None, pool: dict, output: Path, memory_mb: int) -> None:
    """Write the rows of a pool's `metadata` (paths, globs, URLs) to the parquet file `output`, in their order.

    Its columns are row (0, 1, ...), uid, address (a URL or path), caption, label and the kept ones; its row groups are
    small, so that a few rows of many are read alone. Memory hangs on the size of the tables' own row groups, not on
    their number. `fetched` is the folder with the tables that have URLs. Raises UserError for a table that cannot be
    read, lacks a column or has no rows, and for a uid that is NULL or has a `#` in it.
    """
    files = table_files(metadata, fetched)
    shown = metadata[0] if len(metadata) == 1 else f"{metadata[0]} and {len(metadata) - 1} more"
    kinds = sorted({kind_of(file) for file in files})
    if kinds[1:]:
        raise UserError(
            f"{shown}: the tables are of several kinds ({', '.join(kinds)}); make pools of them, one per kind"
        )
    if pool["columns"] and kinds[0] not in DELIMITERS:
        raise UserError(f"{shown}: a {kinds[0]} file names its columns itself; `columns` is for CSV and TSV")
    database = connect(memory_mb=memory_mb, spill=output.parent)  # one thread: more are no faster, and hold more
    query = rows_query(database, table(files, pool["columns"], pool["quoted"]), shown, pool)
    if pool["max_rows"]:
        with readable(shown):
            query = taken(database, query, pool["max_rows"], pool["rows_by"])
    write_parquet(database, query, output, shown)
    rows = count_rows(output)
    log.info("%s: %s rows", shown, f"{rows:,}")
    if not rows:
        output.unlink()
        raise UserError(f"{shown}: holds no rows")
    try:
        check_uids(database, table(output), shown, str(pool["uid"]))
    except UserError:
        output.unlink()
        raise


def check_uids(database: duckdb.DuckDBPyConnection, rows: str, where: str, column: str) -> None:
    """Raise UserError unless each row of the SQL table `rows` has a uid that can be one.

    `where` they were found, and which `column` they come from, is told.
    """
    if nameless := rows_in(database, f"{rows} WHERE uid IS NULL"):
        raise UserError(f"{where}: {nameless:,} rows have no uid; fill the column {column}")
    marked = database.execute(f"SELECT min(uid) FROM {rows} WHERE contains(uid, '#')").fetchall()[0][0]
    if marked is not None:
        raise UserError(
            f"{where}: the uid {marked!r} has a #, which marks samples that subsets hold several times; "
            f"fill the column {column} with others"
        )


def rows_query(database: duckdb.DuckDBPyConnection, source: str, shown: str, pool: dict) -> str:
    """SQL for the rows of the table `source`: row (0, 1, ... in its order), uid, address, caption, label, kept columns.

    The caption and a file's path are columns, or templates over columns such as `a {domain} of a {label}`. Lists of
    words become text, and labels that are wnids the names of their classes; any other label stays. The uid is a column
    of the pool's own or the first 20 hexadecimal digits of SHA-256(address, newline, caption): it does not
    change when rows are added, moved or split into chunks. Rows alike in both are told apart by their
    occurrence when the pool is indexed.

    Raises UserError that begins with `shown` and names the missing column and the columns there are.
    """
    present = columns(database, source, shown)

    def column(wanted: str) -> str:
        if wanted not in present:
            raise UserError(f"{shown}: no column {wanted!r}; it has {', '.join(present)}")
        return as_text(name(wanted), present[wanted])

    address = pool["url"] if "url" in pool else pool["path"]
    where = worded(address, column, underscores=True)
    caption = worded(pool["caption"], column)
    identity = f"coalesce({where}, '') || chr(10) || coalesce({caption}, '')"
    uid = column(pool["uid"]) if pool["uid"] else f"left(sha256({identity}), {UID_DIGITS})"
    label = column(pool["label"]) if pool["label"] else "CAST(NULL AS VARCHAR)"
    if pool["labels_are"] == "wnids":
        label = f"coalesce({_imagenet()}[{label}], {label})"
    kept = [each for each in present if each.lower() not in RESERVED] if pool["keep"] == "all" else pool["keep"]

    def kept_column(wanted: str) -> str:
        return column(wanted) if present.get(wanted, WORDS) == WORDS else name(wanted)

    for each in kept:
        if each.lower() in RESERVED:
            raise UserError(f"{shown}: column {each!r} cannot be kept, a pool has a column of that name itself")
    selected = [
        "row_number() OVER () - 1 AS row",
        f"{uid} AS uid",
        f"{where} AS address",
        f"{caption} AS caption",
        f"{label} AS label",
        *(f"{kept_column(each)} AS {name(each)}" for each in kept if each.lower() not in (address.lower(), "address")),
    ]
    return f"SELECT {', '.join(selected)} FROM {source}"


def taken(database: duckdb.DuckDBPyConnection, rows: str, most: int, by: str) -> str:
    """SQL for at most `most` of the rows of the query `rows`, in their order, numbered anew.

    By `first` those are the first ones, by `hash` those of the smallest hash of the uid, as good as drawn at random; of
    two numbers the larger one takes all that the smaller one takes.
    """
    if by == "first":
        return f"FROM ({rows}) LIMIT {most}"
    hashed = "left(sha256('sample' || coalesce(uid, '')), 16)"
    counts = database.execute(f"SELECT left({hashed}, {BUCKET_DIGITS}), count(*) FROM ({rows}) GROUP BY ALL")
    buckets = sorted(counts.fetchall())
    if sum(count for _, count in buckets) <= most:
        return rows
    left, ascending = most, iter(buckets)
    bucket, count = next(ascending)
    while count < left:
        left -= count
        bucket, count = next(ascending)
    last, number = database.execute(
        f"SELECT {hashed}, row FROM ({rows}) WHERE left({hashed}, {BUCKET_DIGITS}) = {text(bucket)} ORDER BY ALL "
        f"LIMIT 1 OFFSET {left - 1}"
    ).fetchall()[0]
    return (
        f"SELECT row_number() OVER () - 1 AS row, * EXCLUDE (row) FROM ({rows}) "
        f"WHERE {hashed} < {text(last)} OR {hashed} = {text(last)} AND row <= {number}"
    )


def count_rows(prepared: str | Path) -> int:
    """How many rows prepared metadata have. Raises UserError if they cannot be read."""
    try:
        return pq.read_metadata(prepared).num_rows
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{prepared}: cannot be read ({error}); delete it and run again") from error


def rows_between(prepared: str | Path, first: int, end: int) -> str:
    """SQL for the rows `first` to before `end` of prepared metadata; row groups without any are not read."""
    return f"SELECT * FROM {table(prepared)} WHERE row >= {first} AND row < {end}"


def chunk_bounds(count: int, chunk: int, chunks: int) -> tuple[int, int]:
    """First row and end row of chunk number `chunk` (from 0) of `count` rows cut into `chunks` even pieces."""
    return count * chunk // chunks, count * (chunk + 1) // chunks


def _imagenet() -> str:
    """SQL of a map from the wnids of ImageNet's classes to their names."""
    names = zip(imagenet_wnids(), told_apart(imagenet_names()), strict=True)
    return f"MAP {{{', '.join(f'{text(wnid)}: {text(label)}' for wnid, label in names)}}}"
