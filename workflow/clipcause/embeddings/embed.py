"""Embed what a table holds: a folder of parquet files, one per shard of images or block of captions.

OUTPUT/00000.parquet, 00001.parquet, ...    uid, pixels (images only), embedding (fp16 [d])
OUTPUT/embedder.json                        what identifies the embedder; counts; written last

`pixels` is a digest of the image as the model sees it, equal for exact duplicates. Images that cannot be decoded
are left out and counted. Each file is kept in `state` as soon as it is done, under a digest of all that decides it, so
that a job that was killed, or whose table has grown, embeds only what is new.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.database import connect, readable, rows_in, table
from clipcause.embeddings.embedder import Embedder
from clipcause.embeddings.encoders import ENCODERS, Batch
from clipcause.embeddings.items import IMAGES, units
from clipcause.files.outputs import remove, settings_digest, whole, write_json
from clipcause.job.command import log
from clipcause.job.progress import Progress

IDENTITY = "embedder.json"
ROW_GROUP = 20_000


@dataclass(frozen=True)
class Task:
    """One side of a collection to embed: its table, the folder to make, the folder that keeps what is done."""

    table: Path
    side: str
    output: Path
    state: Path
    part: int = 1
    parts: int = 1


def embed(task: Task, embedder: Embedder, threads: int, memory: int) -> None:
    """Embed a task's images or captions, with at most about `memory` bytes for a batch.

    Vectors do not depend on threads or batches but for rounding in the last digit. Raises UserError for a missing
    shard, and for a table without anything to embed.
    """
    task.state.mkdir(parents=True, exist_ok=True)
    encoder = ENCODERS[task.side](embedder, threads, memory)
    progress = Progress(f"embedding {'/'.join(task.output.parts[-4:-1])}", _total(task), task.side)
    made, items, rows = [], 0, 0
    for unit in units(task.table, task.side, task.part, task.parts, task.state):
        kept = task.state / f"{settings_digest([embedder.identity, unit.key])}.parquet"
        if not _is_whole(kept):
            batches = _reported(encoder.encode(unit), progress, items)
            embedded = _embedded(batches, task.side, embedder.identity["dimensions"])
            with whole(kept) as temporary:
                pq.write_table(embedded, temporary, compression="none", use_dictionary=False, row_group_size=ROW_GROUP)
        made.append(kept)
        items += unit.rows.num_rows
        rows += pq.read_metadata(kept).num_rows
        progress.update(items)
    with whole(task.output) as folder:
        folder.mkdir()
        for number, kept in enumerate(made):
            _link(kept, folder / f"{number:05}.parquet")
        write_json(folder / IDENTITY, {"embedder": embedder.identity, "rows": rows, "undecodable": items - rows})
    for stale in set(task.state.glob("*.parquet")) - set(made):
        remove(stale)
    log.info("%s: %s embedded, %d undecodable", task.output, f"{rows:,}", items - rows)


def _embedded(batches: Iterable[Batch], side: str, dimensions: int) -> pa.Table:
    """The rows of a unit's file."""
    uids, vectors, pixels = [], [np.empty(0, np.float16)], []
    for batch in batches:
        uids += batch.uids
        pixels += batch.pixels
        vectors.append(batch.vectors.numpy().ravel())
    embedding = pa.FixedSizeListArray.from_arrays(pa.array(np.concatenate(vectors), pa.float16()), dimensions)
    digests = {"pixels": pa.array(pixels, pa.string())} if side == IMAGES else {}
    return pa.table({"uid": pa.array(uids, pa.string()), **digests, "embedding": embedding})


def _reported(batches: Iterable[Batch], progress: Progress, done: int) -> Iterator[Batch]:
    for batch in batches:
        yield batch
        done += batch.items
        progress.update(done)


def _total(task: Task) -> int | None:
    """How many there are to embed, where that is quick to tell."""
    if task.side != IMAGES or task.parts > 1:
        return None
    with readable(task.table):
        return rows_in(connect(), f"{table(task.table)} WHERE shard IS NOT NULL")


def _is_whole(path: Path) -> bool:
    try:
        pq.read_metadata(path)
    except (OSError, pa.ArrowInvalid):
        return False
    return True


def _link(kept: Path, path: Path) -> None:
    try:
        os.link(kept, path)
    except OSError:
        shutil.copyfile(kept, path)
