"""Download one chunk of a pool: its URLs through img2dataset into sealed shards, a row for each of them."""

import contextlib
import os
from pathlib import Path

import pyarrow as pa

from clipcause.database import connect, text, write_parquet
from clipcause.errors import UserError
from clipcause.outputs import remove, whole, write_json
from clipcause.pools.fetch import fetch, statistics
from clipcause.pools.metadata import chunk_bounds, count_rows, rows_between
from clipcause.pools.rows import PLACES, join_places
from clipcause.pools.seal import seal
from clipcause.pools.webserver import serve


def download_chunk(
    prepared: Path, pool: dict, chunk: int, rows: Path, shards: Path, counts: Path, threads: int
) -> None:
    """Fetch chunk number `chunk` of the `prepared` metadata with `threads` processes.

    Writes `rows` (one row per URL, with status, error class and, where it worked, shard, offset and
    size), the folder `shards` (images only) and `counts` (img2dataset's own statistics, one entry per shard).

    Raises UserError where img2dataset lost rows or shards, or reported what it did not write.
    """
    for stale in rows.parent.glob(f".{rows.stem}.*.work"):
        remove(stale)
    work = rows.parent / f".{rows.stem}.{os.getpid()}.work"
    work.mkdir(parents=True)
    try:
        with contextlib.ExitStack() as stack:
            base = stack.enter_context(serve(pool["site"])) if pool["site"] else ""
            count = _write_urls(prepared, pool, chunk, base, work / "urls.parquet")
            fetch(work / "urls.parquet", work / "shards", pool, count, threads)
        fetched = sorted((work / "shards").glob("[0-9]*.parquet"))
        with whole(shards) as sealing:
            sealing.mkdir()
            places = pa.concat_tables(pa.Table.from_pylist(seal(shard, sealing, shards), PLACES) for shard in fetched)
            if len(places) != count:
                raise UserError(f"{prepared}: img2dataset accounts for {len(places)} of {count} URLs; run this again")
        write_json(counts, [statistics(shard) for shard in fetched])
        join_places(prepared, places, rows)
    finally:
        remove(work)


def _write_urls(prepared: Path, pool: dict, chunk: int, base: str, output: Path) -> int:
    """Write the chunk's rows as img2dataset reads them (row, url); return how many there are."""
    database = connect()
    first, end = chunk_bounds(count_rows(prepared), chunk, pool["chunks"])
    # Only the web: a `file:` address would read this machine's own files. What is blocked ends as a bad_url.
    web = "CASE WHEN regexp_matches(address, '^https?://', 'i') THEN address ELSE 'blocked:' || address END"
    url = f"{text(base)} || ltrim(address, '/')" if base else web
    write_parquet(
        database, f"SELECT row, {url} AS url FROM ({rows_between(prepared, first, end)}) ORDER BY row", output
    )
    return end - first
