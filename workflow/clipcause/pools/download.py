"""Download one chunk of a pool: its URLs through img2dataset into sealed shards, a row for each of them."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clipcause.database import connect, table, text, write_parquet
from clipcause.errors import UserError
from clipcause.files.outputs import remove, whole, write_json
from clipcause.job.command import log
from clipcause.pools.failures import PASSING
from clipcause.pools.launch import run_img2dataset, statistics
from clipcause.pools.metadata import chunk_bounds, count_rows, rows_between
from clipcause.pools.rows import PLACES, join_places, replace_places
from clipcause.pools.seal import seal
from clipcause.pools.webserver import serve


def download_chunk(
    prepared: Path, pool: dict, chunk: int, rows: Path, shards: Path, counts: Path, threads: int
) -> None:
    """Fetch chunk number `chunk` of the `prepared` metadata with `threads` processes.

    Writes `rows` (one row per URL, with status, error class and, where it worked, shard, offset, size and
    digest), the folder `shards` (images only) and `counts` (img2dataset's own statistics, one entry per shard).

    Raises UserError where img2dataset lost rows or shards, or reported what it did not write.
    """
    urls = rows_between(prepared, *chunk_bounds(count_rows(prepared), chunk, pool["chunks"]))
    places, counted = fetch_places(urls, pool, rows, shards, threads)
    write_json(counts, [{"round": 1} | shard for shard in counted])
    join_places(urls, places, rows)


def retry_chunk(earlier: Path, pool: dict, number: int, rows: Path, shards: Path, counts: Path, threads: int) -> None:
    """Ask once more for the URLs of a chunk whose failure may be gone, in round `number`, 2 or more.

    `earlier` are the chunk's rows of the round before, `rows` the same rows with what came of the attempt. The images
    are in a folder `shards` of their own, so that those of earlier rounds stay as they are. `counts` is as
    `download_chunk` writes it.
    """
    urls = f"SELECT row, address FROM {table(earlier)} WHERE regexp_full_match(error_class, {text(PASSING)})"
    places, counted = fetch_places(urls, pool, rows, shards, threads)
    write_json(counts, [{"round": number} | shard for shard in counted])
    log.info("round %d: %d of %d URLs answered", number, pc.count(places["shard"]).as_py(), len(places))
    replace_places(earlier, places, rows)


def fetch_places(urls: str, pool: dict, rows: Path, shards: Path, threads: int) -> tuple[pa.Table, list[dict]]:
    """Fetch the rows (row, address) of the SQL query `urls` into the folder `shards`.

    Returns their places and img2dataset's counts, one entry per shard. The work is done in a folder beside the file
    `rows`, and named after it, that is removed in the end.
    """
    with _work_folder(rows) as work, contextlib.ExitStack() as stack:
        base = stack.enter_context(serve(pool["site"])) if pool["site"] else ""
        count = write_urls(urls, base, work / "urls.parquet")
        if count:
            run_img2dataset(work / "urls.parquet", work / "shards", pool, count, threads)
        fetched = sorted((work / "shards").glob("[0-9]*.parquet"))
        with whole(shards) as sealing:
            sealing.mkdir()
            sealed = [pa.Table.from_pylist(seal(shard, sealing, shards), PLACES) for shard in fetched]
            places = pa.concat_tables([PLACES.empty_table(), *sealed])
            if len(places) != count:
                raise UserError(f"{shards}: img2dataset accounts for {len(places)} of {count} URLs; run this again")
        return places, [statistics(shard) for shard in fetched]


def write_urls(urls: str, base: str, output: Path) -> int:
    """Write the rows (row, address) of the query `urls` as img2dataset reads them (row, url); return how many."""
    # Relative addresses are of the site at `base`; without one they lead nowhere, and are counted so.
    url = f"{text(base)} || ltrim(address, '/')" if base else "coalesce(address, '')"
    write_parquet(connect(), f"SELECT row, {url} AS url FROM ({urls}) ORDER BY row", output)
    return pq.read_metadata(output).num_rows


@contextlib.contextmanager
def _work_folder(rows: Path) -> Iterator[Path]:
    """A folder beside `rows` for the time being; what an earlier attempt that was killed has left is removed."""
    for stale in rows.parent.glob(f".{rows.stem}.*.work"):
        remove(stale)
    work = rows.parent / f".{rows.stem}.{os.getpid()}.work"
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        remove(work)
