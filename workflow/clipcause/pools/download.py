"""Download one chunk of a pool with img2dataset, check what it wrote, and seal it into shards."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.command import log
from clipcause.database import connect, text, write_parquet
from clipcause.errors import UserError
from clipcause.outputs import remove, whole, write_json
from clipcause.pools.failures import NOT_DECODED, NOT_DOWNLOADED, SUCCESS, error_class
from clipcause.pools.metadata import chunk_bounds, count_rows, rows_query
from clipcause.pools.rows import PLACES, join_places
from clipcause.pools.webserver import serve
from clipcause.tarshards import ShardReader, members, write_shard

POLL_SECONDS = 1.0
STATUSES = {"success": SUCCESS, "failed_to_download": NOT_DOWNLOADED, "failed_to_resize": NOT_DECODED}


def download_chunk(
    metadata: str | Path, pool: dict, chunk: int, rows: Path, shards: Path, statistics: Path, threads: int
) -> None:
    """Fetch chunk number `chunk` of `metadata` with `threads` processes.

    Writes `rows` (one row per URL, with status, error class and, where it worked, shard, offset and
    size), the folder `shards` (images only, in row order: the same bytes however the downloads
    interleaved) and `statistics` (img2dataset's own, one entry per shard).

    Raises UserError where img2dataset lost rows or shards, or reported what it did not write.
    """
    for stale in rows.parent.glob(f".{rows.stem}.*.work"):
        remove(stale)
    work = rows.parent / f".{rows.stem}.{os.getpid()}.work"
    work.mkdir(parents=True)
    try:
        with contextlib.ExitStack() as stack:
            base = stack.enter_context(serve(pool["site"])) if pool["site"] else ""
            count = _write_urls(metadata, pool, chunk, base, work / "urls.parquet")
            _fetch(work, pool, count, threads)
        with whole(shards) as sealing:
            sealing.mkdir()
            places = [place for shard in _fetched(work) for place in _seal(shard, sealing, shards)]
            if len(places) != count:
                raise UserError(f"{metadata}: img2dataset accounts for {len(places)} of {count} URLs; run this again")
        write_json(
            statistics,
            [json.loads(shard.with_name(f"{shard.stem}_stats.json").read_text()) for shard in _fetched(work)],
        )
        join_places(metadata, pool, pool["url"], pa.Table.from_pylist(places, PLACES), rows)
    finally:
        remove(work)


def _write_urls(metadata: str | Path, pool: dict, chunk: int, base: str, output: Path) -> int:
    """Write the chunk's rows as img2dataset reads them (row, url); return how many there are."""
    database = connect()
    first, end = chunk_bounds(count_rows(database, metadata), chunk, pool["chunks"])
    rows = rows_query(database, metadata, pool, pool["url"])
    url = f"{text(base)} || ltrim(address, '/')" if base else "address"
    write_parquet(
        database, f"SELECT row, {url} AS url FROM ({rows}) WHERE row >= {first} AND row < {end} ORDER BY row", output
    )
    return end - first


def _fetch(work: Path, pool: dict, count: int, threads: int) -> None:
    """Run img2dataset in a process of its own, telling how far it is."""
    settings = {
        "url_list": work / "urls.parquet",
        "input_format": "parquet",
        "save_additional_columns": '["row"]',
        "output_folder": work / "shards",
        "output_format": "webdataset",
        "processes_count": threads,
        "thread_count": pool["connections"],
        "number_sample_per_shard": pool["samples_per_shard"],
        "image_size": pool["image_size"],
        "resize_mode": pool["resize_mode"],
        "resize_only_if_bigger": pool["resize_only_if_bigger"],
        "encode_quality": pool["encode_quality"],
        "skip_reencode": True,
        "extract_exif": False,
        "compute_hash": "None",
        "timeout": pool["timeout_seconds"],
        "retries": pool["retries"],
    }
    command = [sys.executable, "-m", "img2dataset.main", *(f"--{key}={value}" for key, value in settings.items())]
    environment = os.environ | {"NO_ALBUMENTATIONS_UPDATE": "1"}
    with open(work / "img2dataset.log", "wb") as messages:
        downloader = subprocess.Popen(
            command,
            stdout=messages,
            stderr=messages,
            env=environment,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        began = time.monotonic()
        try:
            told = 0
            while downloader.poll() is None:
                time.sleep(POLL_SECONDS)
                done = sum(json.loads(file.read_text())["count"] for file in _statistics(work))
                if done > told:
                    told, rate = done, done / (time.monotonic() - began)
                    log.info(
                        "download: %s of %s URLs, %.0f/s, %.0f s left",
                        f"{done:,}",
                        f"{count:,}",
                        rate,
                        (count - done) / rate,
                    )
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(downloader.pid, signal.SIGKILL)
            downloader.wait()
    if downloader.returncode:
        tail = (work / "img2dataset.log").read_text(errors="replace").strip().splitlines()[-15:]
        raise UserError("img2dataset failed; its last words:\n" + "\n".join(tail))


def _die_with_parent() -> None:
    """Ask Linux to end img2dataset when this process is killed, so that no orphan goes on downloading."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _statistics(work: Path) -> Iterator[Path]:
    return (file for file in (work / "shards").glob("*_stats.json") if file.stat().st_size)


def _fetched(work: Path) -> list[Path]:
    return sorted((work / "shards").glob("[0-9]*.parquet"))


def _seal(table: Path, sealing: Path, shards: Path) -> list[dict]:
    """Check one shard of img2dataset's and write its images in row order; return the place of every row.

    The shard goes into the folder `sealing`, which becomes `shards` when the chunk is complete.
    """
    reported = sorted(pq.read_table(table).to_pylist(), key=lambda row: row["row"])
    tar, name = table.with_suffix(".tar"), f"{table.stem}.tar"
    written = {Path(member).stem: (offset, size) for member, offset, size in members(tar) if member.endswith(".jpg")}
    succeeded = {row["key"] for row in reported if row["status"] == "success"}
    if set(written) != succeeded:
        raise UserError(
            f"{tar.name}: img2dataset reports {len(succeeded)} images and wrote {len(written)}; run this again"
        )
    reader = ShardReader()
    pictures = (
        (f"{row['row']:010d}.jpg", reader.read(str(tar), *written[row["key"]]))
        for row in reported
        if row["key"] in succeeded
    )
    write_shard(sealing / name, pictures)
    where = {int(Path(member).stem): (offset, size) for member, offset, size in members(sealing / name)}
    return [
        {
            "row": row["row"],
            "shard": str(shards / name) if row["row"] in where else None,
            "offset": where.get(row["row"], (None, None))[0],
            "size": where.get(row["row"], (None, None))[1],
            "width": row["width"],
            "height": row["height"],
            "status": STATUSES[row["status"]],
            "error_class": error_class(row["error_message"]),
            "error": row["error_message"],
        }
        for row in reported
    ]
