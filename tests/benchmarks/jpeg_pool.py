"""A pool of JPEGs in tar shards for benchmarks: 256 pixels, about 20 KB each, laid out as img2dataset does.

There are 1,000 pictures; a comment in each file, which decoders skip, makes all files different. Captions are real ones
of Flickr8k with a made-up word. All is a function of the sample's number.
"""

import argparse
import io
import json
import multiprocessing
import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from counting_inputs import make_pieces
from PIL import Image

from clipcause.files.tarshards import members, write_shard

PROJECT = Path(__file__).resolve().parents[2]
PER_SHARD, PICTURES = 10_000, 1000


def make_pool(folder: Path, images: int, processes: int) -> Path:
    """Write shards of 10,000 samples, jpg, txt and json, and the index samples.parquet; what is there is kept."""
    folder = folder.resolve()
    index = folder / "samples.parquet"
    if not index.exists():
        real = Path(os.environ.get("CLIPCAUSE_TEST_DATA", PROJECT / "../shared/data")) / "flickr8k-captions.parquet"
        folder.mkdir(parents=True, exist_ok=True)
        (captions,) = make_pieces(real.resolve(), folder, 1, images)
        told = pq.read_table(captions).column("caption").to_pylist()
        parts = [(folder / f"{start // PER_SHARD:05d}.tar", start, told[start : start + PER_SHARD])
                 for start in range(0, images, PER_SHARD)]  # fmt: skip
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            tables = pool.starmap(_write_shard, parts)
        pq.write_table(pa.concat_tables(tables), index)
    return index


def warm(folder: Path) -> int:
    """Read all shards once, so that they are in the system's memory; returns their bytes."""
    total = 0
    for shard in sorted(folder.glob("*.tar")):
        with open(shard, "rb") as file:
            while chunk := file.read(16 << 20):
                total += len(chunk)
    return total


def _write_shard(shard: Path, start: int, captions: list[str]) -> pa.Table:
    pictures = [_picture(number) for number in range(PICTURES)]
    uids = [sha256(str(start + each).encode()).hexdigest()[:20] for each in range(len(captions))]

    def samples():
        for each, (uid, caption) in enumerate(zip(uids, captions, strict=True)):
            picture = pictures[(start + each) % PICTURES]
            name = f"{start // PER_SHARD:05d}{each:04d}"
            told = {"uid": uid, "caption": caption, "url": f"https://images.example/{uid}.jpg", "key": name}
            told |= {"status": "success", "error_message": None, "width": 256, "height": 256}
            yield f"{name}.jpg", picture[:2] + b"\xff\xfe\x00\x16" + uid.encode() + picture[2:]
            yield f"{name}.json", json.dumps(told).encode()
            yield f"{name}.txt", caption.encode()

    write_shard(shard, samples())
    places = [(offset, size) for name, offset, size in members(shard) if name.endswith(".jpg")]
    table = {"uid": uids, "shard": [str(shard)] * len(uids)}
    table |= {"offset": [place[0] for place in places], "size": [place[1] for place in places]}
    table |= {"caption": captions, "label": [f"class {int(uid[:4], 16) % 100}" for uid in uids]}
    table |= {"status": ["success"] * len(uids), "held_out": [False] * len(uids)}
    return pa.table(table)


def _picture(number: int) -> bytes:
    generator, pixels = np.random.default_rng(number), np.zeros((256, 256, 3))
    for size, weight in ((4, 1.0), (16, 0.5), (64, 0.25), (128, 0.12), (256, 0.03)):
        layer = Image.fromarray(generator.integers(0, 256, (size, size, 3), dtype=np.uint8))
        pixels += weight * (np.asarray(layer.resize((256, 256), Image.Resampling.BICUBIC), dtype=float) - 128)
    file = io.BytesIO()
    Image.fromarray((pixels + 128).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def arguments(doc: str, repeat: int, repeated: str) -> argparse.Namespace:
    """What a benchmark on such a pool is told: its size, how often to measure, where to keep it."""
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    parser.add_argument("--images", type=int, default=100_000, help="images of the pool")
    parser.add_argument("--repeat", type=int, default=repeat, help=repeated)
    parser.add_argument("--folder", type=Path, help="to keep the pool, and to find it again")
    return parser.parse_args()
