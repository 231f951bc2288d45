"""A subset as webdataset shards, for other programs: the samples of a manifest in a random order, image bytes copied.

Readers of webdataset shuffle within a buffer only, so the shards hold the samples in one random order of them all, a
function of the uids. Yet the pool is read forward, once: the size of every member is known from the manifest, so
every sample has its place in the tars before the first is read, and is written there as soon as it comes by. That
needs no memory for images and no space besides the shards; the writes are what is scattered, and those the system
gathers. (The other ways to shuffle more than memory holds read at random, or write everything twice.)
"""

import hashlib
import json
import os
import shutil
import tarfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.database import columns, connect, name, rows_in, table, write_parquet
from clipcause.errors import UserError
from clipcause.files.outputs import remove, whole
from clipcause.files.tarshards import ShardReader
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.subsets.candidates import PLACED

TOGETHER = 256  # samples that are read and written together
NAMED = 80  # longest key, in letters: the name of a tar's member has at most 100
BLOCK = tarfile.BLOCKSIZE  # bytes that a tar's parts are multiples of
HEAD = tarfile.TarInfo().tobuf(tarfile.USTAR_FORMAT)  # of a member without name or size, mode 644
SUFFIXES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"GIF8": "gif", b"BM": "bmp", b"II*\0": "tif", b"MM\0*": "tif"}
TARGETS = pa.schema([("target", pa.int64()), ("target_offset", pa.int64())])
"""The tar of a sample, and its first byte there."""


def materialize(
    manifest: Path, output: Path, samples_per_shard: int = 10_000, threads: int = 1, memory_mb: int = 2000
) -> None:
    """Write the samples of `manifest` as `output`/00000.tar and so on, whole or not at all.

    A sample is KEY.jpg (or png, ... as its bytes are), KEY.txt with the caption, empty where there is none, and
    KEY.json with uid, caption, label and weight. The same manifest makes the same bytes, whatever `threads`.
    Raises UserError if it is no manifest, an image is not where it should be, or the disk is full.
    """
    if samples_per_shard < 1:
        raise UserError(f"samples per shard {samples_per_shard}: must be 1 or more")
    with whole(output) as folder:
        folder.mkdir()
        plan = folder / "plan"
        plan.mkdir()
        reader = ShardReader()  # first of all, since it raises the limit of open files
        sizes = _plan(manifest, plan, samples_per_shard, memory_mb, threads)
        free, needed = shutil.disk_usage(folder).free, sum(sizes)
        if needed > free:
            gigabytes = f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free"
            raise UserError(f"{output}: {gigabytes}; make room, or write the shards to another disk")
        with _open_shards(folder, sizes) as shards:
            samples = _copy(manifest, plan / "by_place.parquet", reader, shards, threads)
        remove(plan)
    log.info("%s: %s samples in %d shards, %.1f MB", output, f"{samples:,}", len(sizes), needed / 1e6)


def key(uid: str) -> str:
    """The name of a sample in its shard: the uid, but for letters that file names or webdataset do not leave alone.

    Such are written as `%` and their number (`a#2` is `a%232`); a uid that is too long or empty becomes its SHA-256.
    """
    quoted = quote(uid, safe="").replace(".", "%2E")
    return quoted if 0 < len(quoted) <= NAMED else hashlib.sha256(uid.encode()).hexdigest()


def suffix(content: bytes) -> str:
    """The usual suffix of an image by its first bytes; jpg if they are unknown, for readers that go by the suffix."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:12] == b"ftypavif":
        return "avif"
    return next((known for magic, known in SUFFIXES.items() if content.startswith(magic)), "jpg")


def _plan(manifest: Path, plan: Path, samples_per_shard: int, memory_mb: int, threads: int) -> list[int]:
    """Write by_place.parquet: the rows of the manifest with their places in the tars, in the order of their bytes.

    Returns the bytes of every tar.
    """
    database = connect(threads, memory_mb, spill=plan)
    present = columns(database, table(manifest), manifest)
    missing = [column for column in PLACED if column not in present]
    if missing:
        raise UserError(f"{manifest}: not a manifest, it has no column {', '.join(missing)}; make the subset again")
    homeless = rows_in(database, f'{table(manifest)} WHERE shard IS NULL OR "offset" IS NULL OR size IS NULL')
    if homeless:
        raise UserError(f"{manifest}: {homeless} samples have no image; a subset holds downloaded samples only")
    placed = ", ".join(map(name, PLACED))
    shuffled = f"SELECT {placed} FROM {table(manifest)} ORDER BY sha256('shards ' || uid), uid"
    write_parquet(database, shuffled, plan / "shuffled.parquet")
    sizes: list[int] = []
    with pq.ParquetFile(plan / "shuffled.parquet") as rows, pq.ParquetWriter(plan / "targets.parquet", TARGETS) as out:
        number = 0
        for batch in rows.iter_batches(columns=["uid", "size", "caption", "label", "weight"]):
            targets, offsets = [], []
            for row in batch.to_pylist():
                if number % samples_per_shard == 0:
                    sizes.append(0)
                targets.append(len(sizes) - 1)
                offsets.append(sizes[-1])
                sizes[-1] += sum(map(_extent, (row["size"], len(_caption(row)), len(_described(row)))))
                number += 1
            out.write_batch(pa.record_batch([targets, offsets], schema=TARGETS))
    joined = f"{table(plan / 'shuffled.parquet')} POSITIONAL JOIN {table(plan / 'targets.parquet')}"
    by_place = f'SELECT {placed}, target, target_offset FROM {joined} ORDER BY shard, "offset", uid'
    write_parquet(database, by_place, plan / "by_place.parquet")
    return [-(-(size + 2 * BLOCK) // tarfile.RECORDSIZE) * tarfile.RECORDSIZE for size in sizes]


def _copy(manifest: Path, by_place: Path, reader: ShardReader, shards: list[int], threads: int) -> int:
    """Read all samples in the order of their bytes and write them to the open `shards`; returns how many."""

    def copy(rows: list[dict]) -> int:
        contents = reader.read_together([(row["shard"], row["offset"], row["size"]) for row in rows])
        for row, content in zip(rows, contents, strict=True):
            _write_at(shards[row["target"]], _sample(row, content), row["target_offset"])
        return len(rows)

    waiting: deque[Future] = deque()
    with pq.ParquetFile(by_place) as rows, ThreadPoolExecutor(threads) as pool:
        total, done = rows.metadata.num_rows, 0
        progress = Progress(f"{manifest}: writing shards", total, "samples")
        try:
            for batch in rows.iter_batches(TOGETHER):
                waiting.append(pool.submit(copy, batch.to_pylist()))
                while len(waiting) > 2 * threads:
                    done += waiting.popleft().result()
                    progress.update(done)
            done += sum(future.result() for future in waiting)
        finally:
            pool.shutdown(cancel_futures=True)
    return done


def _sample(row: dict, content: bytes) -> bytes:
    """The members of one sample as they stand in a tar."""
    named = key(row["uid"])
    parts = ((suffix(content), content), ("txt", _caption(row)), ("json", _described(row)))
    return b"".join(
        piece
        for ending, part in parts
        for piece in (_head(f"{named}.{ending}".encode(), len(part)), part, bytes(-len(part) % BLOCK))
    )


def _head(named: bytes, size: int) -> bytes:
    """What stands before a member of `size` bytes: HEAD with name, size and checksum filled in."""
    octal = b"%011o" % size
    checksum = b"%06o" % (sum(HEAD) - sum(HEAD[124:135]) - sum(HEAD[148:156]) + 8 * 32 + sum(named) + sum(octal))
    return named + HEAD[len(named) : 124] + octal + HEAD[135:148] + checksum + HEAD[154:]


def _extent(size: int) -> int:
    """Bytes of a tar's member: its head, and `size` bytes made up to whole blocks."""
    return BLOCK + -(-size // BLOCK) * BLOCK


def _caption(row: dict) -> bytes:
    return (row["caption"] or "").encode()


def _described(row: dict) -> bytes:
    return json.dumps({each: row[each] for each in ("uid", "caption", "label", "weight")}, ensure_ascii=False).encode()


def _write_at(descriptor: int, content: bytes, offset: int) -> None:
    written = 0
    while written < len(content):
        written += os.pwrite(descriptor, content[written:], offset + written)


@contextmanager
def _open_shards(folder: Path, sizes: Iterable[int]) -> Iterator[list[int]]:
    """Yield descriptors of new files of these sizes; when the block is done, their bytes are on the disk."""
    opened: list[int] = []
    try:
        for number, size in enumerate(sizes):
            opened.append(os.open(folder / f"{number:05d}.tar", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            os.ftruncate(opened[-1], size)
        yield opened
        for descriptor in opened:
            os.fsync(descriptor)
    finally:
        for descriptor in opened:
            os.close(descriptor)
