"""A pool's metadata: from the user's table to rows with a uid, a caption, a label and the kept columns."""

import string
from pathlib import Path

import duckdb

from clipcause.database import columns, name, readable, table, text
from clipcause.errors import UserError

# Columns of our own; a kept column of the same name would be ambiguous.
RESERVED = ("row", "uid", "shard", "offset", "size", "width", "height", "caption", "label",
            "status", "error_class", "error", "held_out")  # fmt: skip
UID_DIGITS = 20


def rows_query(database: duckdb.DuckDBPyConnection, path: str | Path, pool: dict, address: str) -> str:
    """SQL for the rows of a metadata table: row (0, 1, ... in file order), uid, address, caption, label, kept columns.

    `address` is the pool's column that says where an image is (a URL or a path). The caption is a
    column, or a template over columns such as `a {domain} of a {label}`. The uid is a column of the
    pool's own or the first 20 hexadecimal digits of SHA-256(address, newline, caption): it does not
    change when rows are added, moved or split into chunks. Rows alike in both are told apart by their
    occurrence when the pool is indexed.

    Raises UserError naming the file, the missing column and the columns there are.
    """
    source = table(path)
    present = columns(database, source, path)

    def column(wanted: str) -> str:
        if wanted not in present:
            raise UserError(f"{path}: no column {wanted!r}; it has {', '.join(present)}")
        return name(wanted)

    where = column(address)
    caption = _caption(pool["caption"], column)
    identity = column(pool["uid"]) if pool["uid"] else f"coalesce({where}, '') || chr(10) || coalesce({caption}, '')"
    uid = f"left(sha256({identity}), {UID_DIGITS})" if not pool["uid"] else f"CAST({identity} AS VARCHAR)"
    label = f"CAST({column(pool['label'])} AS VARCHAR)" if pool["label"] else "CAST(NULL AS VARCHAR)"
    kept = [each for each in present if each.lower() not in RESERVED] if pool["keep"] == "all" else pool["keep"]
    for each in kept:
        if each.lower() in RESERVED:
            raise UserError(f"{path}: column {each!r} cannot be kept, a pool has a column of that name itself")
    selected = [
        "row_number() OVER () - 1 AS row",
        f"{uid} AS uid",
        f"CAST({where} AS VARCHAR) AS address",
        f"{caption} AS caption",
        f"{label} AS label",
        *(column(each) for each in kept if each.lower() not in (address.lower(), "address")),
    ]
    return f"SELECT {', '.join(selected)} FROM {source}"


def count_rows(database: duckdb.DuckDBPyConnection, path: str | Path) -> int:
    """How many rows a metadata table has. Raises UserError for an empty one."""
    source = table(path)
    columns(database, source, path)
    with readable(path):
        count = database.execute(f"SELECT count(*) FROM {source}").fetchone()[0]
    if not count:
        raise UserError(f"{path}: holds no rows")
    return count


def chunk_bounds(count: int, chunk: int, chunks: int) -> tuple[int, int]:
    """First row and end row of chunk number `chunk` (from 0) of `count` rows cut into `chunks` even pieces."""
    return count * chunk // chunks, count * (chunk + 1) // chunks


def _caption(caption: str, column) -> str:
    """SQL of a caption that is a column's name or a template over columns."""
    parts = list(string.Formatter().parse(caption))
    if all(field is None for _, field, _, _ in parts):
        return f"CAST({column(caption)} AS VARCHAR)"
    pieces = []
    for literal, field, _, _ in parts:
        if literal:
            pieces.append(text(literal))
        if field is not None:
            pieces.append(f"replace(CAST({column(field)} AS VARCHAR), '_', ' ')")
    return " || ".join(pieces)
