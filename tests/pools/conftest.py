"""A web pool's resolved settings, prepared metadata, and a small site with every kind of fault."""

import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.pools.metadata import prepare_metadata

PREPARING = {
    "columns": None,
    "quoted": True,
    "max_rows": None,
    "rows_by": "hash",
    "url": "url",
    "caption": "caption",
    "label": "label",
    "labels_are": "names",
    "uid": None,
    "keep": "all",
}
"""Resolved settings of a web pool that decide its rows."""

WEB_POOL = {
    "source": "web",
    "site": None,
    "chunks": 1,
    "min_success": 0.5,
    "image_size": 16,
    "resize_mode": "no",
    "resize_only_if_bigger": True,
    "encode_quality": 95,
    "timeout_seconds": 5,
    "deadline_seconds": 20,
    "max_bytes": 1_000_000,
    "max_pixels": 1_000_000,
    "retries": 0,
    "rounds": 1,
    "opt_out": ["noai", "noimageai", "noindex", "noimageindex"],
    "user_agent": None,
    "distributor": "multiprocessing",
    "master": None,
    "subjob_size": 1000,
    "connections": 8,
    "samples_per_shard": 25,
    "held_out": 0.0,
}
"""Resolved settings of a pool from the web that its images and its index depend on."""


@pytest.fixture
def preparing():
    return dict(PREPARING)


@pytest.fixture
def web_pool():
    return dict(WEB_POOL)


@pytest.fixture(scope="module")
def zoo_pool():
    """Settings that decide the rows and the images of a pool whose hosts are slow, patience short and shards large."""
    short = {"timeout_seconds": 2, "deadline_seconds": 3, "retries": 0, "connections": 16, "samples_per_shard": 1000}
    return PREPARING, WEB_POOL | short


@pytest.fixture
def prepare(tmp_path, preparing):
    """A function (table, changed settings) -> its rows as a pool's jobs read them."""

    def write(table, **changed):
        output = tmp_path / "prepared.parquet"
        prepare_metadata([str(table)], None, preparing | changed, output, memory_mb=500)
        return output

    return write


@pytest.fixture
def site(tmp_path, jpeg):
    """A zip of 50 images and faults, and its metadata: 54 URLs, of which 51 lead to an image."""
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        for number in range(50):
            archive.writestr(f"img/{number}.jpg", jpeg(number))
        archive.writestr("broken.jpg", b"\xff\xd8\xff" + bytes(30))
        archive.writestr("page.jpg", "<html>gone</html>")
    urls = [f"img/{number}.jpg" for number in range(50)] + ["img/0.jpg?delay=0.3", "dead.jpg", "broken.jpg", "page.jpg"]
    table = {
        "url": urls,
        "caption": [f"picture {number}" for number in range(len(urls))],
        "label": ["cat" if number % 2 else "dog" for number in range(len(urls))],
        "truth_style": ["photo"] * len(urls),
    }
    pq.write_table(pa.table(table), tmp_path / "metadata.parquet")
    return tmp_path / "site.zip", tmp_path / "metadata.parquet"
