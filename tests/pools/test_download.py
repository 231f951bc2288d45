"""A real download: img2dataset against the loopback server, faults and all."""

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json
from clipcause.files.tarshards import ShardReader, write_shard
from clipcause.pools import launch
from clipcause.pools.download import download_chunk
from clipcause.pools.index import index_pool
from clipcause.pools.seal import seal


@pytest.fixture
def downloaded(tmp_path, site, web_pool, prepare, monkeypatch):
    monkeypatch.chdir(tmp_path)
    archive, metadata = site
    pool, prepared = web_pool | {"site": str(archive)}, prepare(metadata)

    def run(folder):
        rows, shards, statistics = (
            tmp_path / folder / "0.parquet",
            tmp_path / "shards" / "0",
            tmp_path / folder / "0.json",
        )
        download_chunk(prepared, pool, 0, rows, shards, statistics, threads=2)
        return rows, shards, statistics

    return pool, run


def test_every_url_ends_as_a_row_and_every_image_is_where_the_row_says(downloaded, tmp_path, jpeg):
    pool, run = downloaded
    rows, shards, statistics = run("first")
    table = pq.read_table(rows).to_pylist()
    assert [row["row"] for row in table] == list(range(54))
    failures = {row["address"]: (row["status"], row["error_class"]) for row in table if row["status"] != "success"}
    assert failures == {
        "dead.jpg": ("failed_to_download", "http_404"),
        "broken.jpg": ("failed_to_decode", "not_an_image"),
        "page.jpg": ("failed_to_decode", "not_an_image"),
    }
    reader = ShardReader()
    for row in table[:50]:
        assert reader.read(row["shard"], row["offset"], row["size"]) == jpeg(row["row"])
        assert row["digest"] == hashlib.sha256(jpeg(row["row"])).hexdigest()
    assert sorted(file.name for file in shards.iterdir()) == ["00000.tar", "00001.tar", "00002.tar"]
    assert not [file for file in rows.parent.iterdir() if file.name.startswith(".")], "the work folder is removed"

    samples, card = tmp_path / "samples.parquet", tmp_path / "card.json"
    index_pool("web", [rows], [statistics], pool, samples, card, threads=1)
    assert read_json(card) | {"failures": dict(sorted(read_json(card)["failures"].items()))} == {
        "pool": "web",
        "rows": 54,
        "images": 51,
        "captions": 51,
        "labels": 2,
        "held_out": 0,
        "failures": {"http_404": 1, "not_an_image": 2},
    }

    digests = [file_digest(file) for file in (rows, *sorted(shards.iterdir()))]
    rows, shards, _ = run("again")
    assert [file_digest(file) for file in (rows, *sorted(shards.iterdir()))] == digests


def test_a_tar_that_lacks_what_was_reported_stops_the_job(tmp_path):
    written = [
        {"key": key, "row": row, "status": "success", "error_message": None, "width": 8, "height": 8}
        for row, key in enumerate("ab")
    ]

    pq.write_table(pa.Table.from_pylist(written), tmp_path / "00000.parquet")

    write_shard(tmp_path / "00000.tar", [("a.jpg", b"picture")])
    with pytest.raises(UserError, match="reports 2 images and wrote 1"):
        seal(tmp_path / "00000.parquet", tmp_path, tmp_path)


def test_a_downloader_that_fails_tells_its_last_words(downloaded, tmp_path, monkeypatch):
    pool, run = downloaded
    pool["resize_mode"] = "sideways"
    with pytest.raises(UserError, match=r"(?s)img2dataset failed.*sideways"):
        run("first")
    assert not (tmp_path / "first" / "0.parquet").exists() and not (tmp_path / "shards").exists()


@pytest.mark.slow
def test_a_chunk_whose_tar_was_deleted_is_fetched_again(downloaded, tmp_path):
    """As img2dataset would leave it that was killed: to it, the statistics alone say that a shard is done."""
    _, run = downloaded
    left = tmp_path / "first/.0.1234.work/shards"
    left.mkdir(parents=True)
    (left / "00000_stats.json").write_text('{"count": 25, "successes": 25}')
    pq.write_table(pa.table({"key": ["0"], "row": [0]}), left / "00000.parquet")
    rows, shards, _ = run("first")
    assert [row["row"] for row in pq.read_table(rows).to_pylist()] == list(range(54))
    assert {file.name for file in shards.iterdir()} == {"00000.tar", "00001.tar", "00002.tar"}
    assert not list(rows.parent.glob(".*"))


@pytest.mark.parametrize("distributor", ["pyspark", "ray"])
def test_a_distributor_that_is_not_installed_is_named_with_the_remedy(tmp_path, web_pool, monkeypatch, distributor):
    monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=rf"{distributor} is not installed; `pip install {distributor}`"):
        launch.run_img2dataset(
            tmp_path / "urls.parquet", tmp_path / "shards", web_pool | {"distributor": distributor}, 10, 1
        )


def test_a_downloader_that_writes_nothing_any_more_is_stopped(tmp_path, web_pool, monkeypatch):
    hanging = tmp_path / "img2dataset"
    hanging.write_text("#!/bin/sh\necho 'a worker is gone'\nsleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(launch.sys, "executable", str(hanging))
    monkeypatch.setattr(launch, "_patience", lambda pool: 2.0)
    with pytest.raises(UserError, match=r"(?s)wrote nothing for 2 s; .*more mem_mb.*a worker is gone"):
        launch.run_img2dataset(tmp_path / "urls.parquet", tmp_path / "shards", web_pool, 10, 1)


def test_a_full_disk_stops_a_downloader_that_hangs(tmp_path, web_pool, monkeypatch):
    hanging = tmp_path / "img2dataset"
    hanging.write_text("#!/bin/sh\necho 'OSError: [Errno 28] No space left on device'\nsleep 600\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(launch.sys, "executable", str(hanging))
    with pytest.raises(UserError, match=r"the disk at .* is full .*make room on it and run this again"):
        launch.run_img2dataset(tmp_path / "urls.parquet", tmp_path / "shards", web_pool, 10, 1)
