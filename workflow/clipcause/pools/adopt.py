"""Existing webdataset shards become a pool where they lie: only rows are written, no image moves."""

import glob
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.errors import UserError
from clipcause.files.outputs import whole
from clipcause.files.tarshards import IMAGES, ShardReader, members, sample_and_part
from clipcause.job.progress import Progress
from clipcause.pools.failures import NOT_DOWNLOADED, SUCCESS
from clipcause.pools.metadata import UID_DIGITS
from clipcause.pools.rows import PLACES


def adopt_shards(pool: dict, rows: Path) -> None:
    """Write the `rows` of the webdataset shards that the glob `pool["shards"]` finds, in the order of their names.

    A sample's caption is its `txt` member or a key of its `json` member, its label likewise its `cls`
    member or such a key. Its uid comes from the bytes of the image and the caption. A sample without
    an image is a row with a status. Width and height are not known (null).
    """
    shards = sorted(glob.glob(pool["shards"]))
    if not shards:
        raise UserError(f"{pool['shards']}: no shard found; give a glob such as data/*.tar")
    reader, adopted, progress = ShardReader(), [], Progress("adopt", len(shards), "shards")
    for done, shard in enumerate(shards, 1):
        adopted += [_row(reader, shard, parts, pool) for parts in _samples(shard)]
        progress.update(done)
    for wanted, column in ((pool["caption"], "caption"), (pool["label"], "label")):
        if wanted and not any(row[column] is not None for row in adopted):
            raise UserError(f"{pool['shards']}: no sample has a member or JSON key {wanted!r} for its {column}")
    columns = [*PLACES, pa.field("uid", pa.string()), pa.field("caption", pa.string()), pa.field("label", pa.string())]
    numbered = [row | {"row": number} for number, row in enumerate(adopted)]
    with whole(rows) as temporary:
        pq.write_table(pa.Table.from_pylist(numbered, pa.schema(columns)), temporary)


def _samples(shard: str) -> Iterator[dict[str, tuple[int, int]]]:
    """The samples of a shard, each its parts by extension: (offset, size). Members that follow each other make one."""
    key, parts = None, {}
    for member, offset, size in members(shard):
        sample, part = sample_and_part(member)
        if sample != key and parts:
            yield parts
            parts = {}
        key = sample
        parts[part] = (offset, size)
    if parts:
        yield parts


def _row(reader: ShardReader, shard: str, parts: dict[str, tuple[int, int]], pool: dict) -> dict:
    try:
        described = json.loads(reader.read(shard, *parts["json"])) if "json" in parts else {}
    except ValueError:
        described = {}
    if not isinstance(described, dict):
        described = {}

    def field(wanted: str | None) -> str | None:
        if wanted in parts:
            return reader.read(shard, *parts[wanted]).decode("utf-8", errors="replace").strip()
        value = described.get(wanted)
        return None if value is None else str(value).encode("utf-8", errors="replace").decode()

    image = next((parts[extension] for extension in IMAGES if extension in parts), None)
    caption = field(pool["caption"])
    content = reader.read(shard, *image) if image else b""
    uid = hashlib.sha256(content + b"\n" + (caption or "").encode()).hexdigest()[:UID_DIGITS]
    row = dict.fromkeys(PLACES.names) | {"uid": uid, "caption": caption, "label": field(pool["label"])}
    if image is None:
        return row | {"status": NOT_DOWNLOADED, "error": "no image member", "error_class": "no_such_file"}
    place = {"shard": shard, "offset": image[0], "size": image[1], "digest": hashlib.sha256(content).hexdigest()}
    return row | place | {"status": SUCCESS}
