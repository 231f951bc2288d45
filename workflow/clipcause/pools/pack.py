"""A folder or a zip of images with a table becomes the shards and rows of a pool, without a download."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
from PIL import Image, UnidentifiedImageError

from clipcause.database import connect, table
from clipcause.files.outputs import whole
from clipcause.files.tarshards import write_shard
from clipcause.job.progress import Progress
from clipcause.pools.failures import NOT_DECODED, NOT_DOWNLOADED, SUCCESS, error_class
from clipcause.pools.folder_or_zip import reader
from clipcause.pools.rows import PLACES, join_places, located, picture_name

# A listed path that is missing, null, no path at all, encrypted or damaged in the zip.
UNREADABLE = (KeyError, OSError, TypeError, ValueError, RuntimeError, zipfile.BadZipFile)
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


def pack_files(prepared: Path, pool: dict, rows: Path, shards: Path) -> None:
    """Write the images that the `prepared` metadata list as shards, in row order, and `rows` with their places.

    A path that leads nowhere or out of the folder, and a file that is no image become rows with a status, not errors.
    Raises UserError where the folder or zip itself cannot be read.
    """
    listed = f"SELECT * FROM {table(prepared)}"
    paths = connect().execute(f"SELECT row, address FROM ({listed}) ORDER BY row").fetchall()
    read = reader(pool["images"])
    places, progress = [], Progress("pack", len(paths), "images")
    with whole(shards) as packing:
        packing.mkdir()
        for first in range(0, len(paths), pool["samples_per_shard"]):
            name = f"{first // pool['samples_per_shard']:05d}.tar"
            batch = [_look(read, row, path) for row, path in paths[first : first + pool["samples_per_shard"]]]
            write_shard(packing / name, _pictures(batch, paths, read))
            places += located(batch, packing / name, shards / name)
            progress.update(len(places))
    join_places(listed, pa.Table.from_pylist(places, PLACES), rows)


def _pictures(batch: list[dict], paths: list[tuple], read: Callable) -> Iterator[tuple[str, bytes]]:
    for place in batch:
        if place["status"] == SUCCESS:
            path = paths[place["row"]][1]
            suffix = Path(path).suffix.lower()
            yield picture_name(place["row"], suffix if suffix in SUFFIXES else ".jpg"), read(path)


def _look(read: Callable[[str], bytes], row: int, path: str) -> dict:
    """Whether the image at `path` is there and can be decoded."""
    place = dict.fromkeys(PLACES.names) | {"row": row, "status": SUCCESS}
    try:
        content = read(path)
    except UNREADABLE:
        return place | {"status": NOT_DOWNLOADED, "error": "no such file", "error_class": error_class("no such file")}
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            digest = hashlib.sha256(content).hexdigest()
            return place | {"width": image.width, "height": image.height, "digest": digest}
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        message = str(error).split("<")[0].strip()
        return place | {"status": NOT_DECODED, "error": message, "error_class": error_class(message)}
