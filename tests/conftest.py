"""What several stages' tests share: small pictures, a small pool, a finished workflow, the folder of real data."""

import io
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from checkouts import Checkout
from PIL import Image

from clipcause.config import resolve
from clipcause.config.layers import read_layers
from clipcause.files.tarshards import members, write_shard

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def jpeg():
    """A function (number, size) -> JPEG bytes of a picture that no other number has."""

    def make(number: int, size: int = 16) -> bytes:
        pixels = np.random.default_rng(number).integers(0, 256, (size, size, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=95)
        return file.getvalue()

    return make


@pytest.fixture
def pool_index(tmp_path, jpeg):
    """A function (labels) -> samples.parquet of a pool with an image for each label, and some without."""

    def make(labels: list[str], failed: int = 0, held_out: int = 0, **columns: list) -> Path:
        shard = tmp_path / "pool.tar"
        write_shard(shard, ((f"{number:06d}.jpg", jpeg(number, 8)) for number in range(len(labels))))
        places = [(offset, size) for _, offset, size in members(shard)]
        count = len(labels) + failed
        missing = [None] * failed
        table = {
            "uid": [f"{number:020x}" for number in range(count)],
            "shard": [str(shard)] * len(labels) + missing,
            "offset": [offset for offset, _ in places] + missing,
            "size": [size for _, size in places] + missing,
            "caption": [f"a picture of a {label}" for label in labels] + ["a page that is gone"] * failed,
            "label": labels + ["gone"] * failed,
            "status": ["success"] * len(labels) + ["failed_to_download"] * failed,
            "held_out": [number < held_out for number in range(count)],
        }
        path = tmp_path / "samples.parquet"
        pq.write_table(pa.table(table | columns), path)
        return path

    return make


@pytest.fixture(scope="session")
def tiny_config() -> dict:
    """The resolved configuration of the tests' small workflow."""
    return resolve(read_layers([PROJECT / "tests/workflow/small.yaml", PROJECT / "tests/workflow/tiny.yaml"]))


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the whole tiny workflow has run; tests must leave its results and sources as they are."""
    checkout = Checkout(tmp_path_factory.mktemp("finished"))
    ran = checkout.snakemake()
    assert ran.returncode == 0, ran.stdout
    return checkout


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images and captions; tests that use it skip loudly where it is not."""
    folder = Path(os.environ.get("CLIPCAUSE_TEST_DATA", PROJECT / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"REAL DATA NOT TESTED: {folder} does not exist; set CLIPCAUSE_TEST_DATA")
    return folder
