"""Any subset as webdataset shards: nothing lost, nothing changed, in a random order, whole or not at all."""

import errno
import os
import shutil
import tarfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import webdataset
from hypothesis import given
from hypothesis import strategies as st

from clipcause.errors import UserError
from clipcause.files.tarshards import ShardReader, members, write_shard
from clipcause.subsets import materialize as module
from clipcause.subsets.__main__ import main
from clipcause.subsets.materialize import key, materialize, suffix

UIDS = ("plain", "again#2", "again", "a.b.c", "a.b", "UPPER", "upper", "ünï", "a/b", " ", "%23", "x" * 200, "-", "~")


@pytest.fixture
def make_subset(tmp_path, jpeg):
    """A function (uids, **columns) -> manifest of images in two shards, sorted by uid as all manifests are."""

    def make(uids: list[str], **columns: list) -> Path:
        halves = [range(0, len(uids), 2), range(1, len(uids), 2)]
        place = {}
        for number, half in enumerate(halves):
            shard = tmp_path / f"pool{number}.tar"
            write_shard(shard, ((f"{each:06d}.jpg", jpeg(each, 8)) for each in half))
            place |= {int(name[:6]): (str(shard), offset, size) for name, offset, size in members(shard)}
        shards, offsets, sizes = zip(*(place[each] for each in range(len(uids))), strict=True)
        captions = [f"a picture, {number}, “ü”" for number in range(len(uids))]
        table = {"uid": uids, "shard": shards, "offset": offsets, "size": sizes, "caption": captions}
        table |= {"label": ["x"] * len(uids), "weight": pa.array([1.0] * len(uids), pa.float32())} | columns
        pq.write_table(pa.table(table).sort_by("uid"), tmp_path / "manifest.parquet")
        return tmp_path / "manifest.parquet"

    return make


def expected(manifest: Path) -> Counter:
    """The samples of a manifest: image, caption, uid, label and weight."""
    reader = ShardReader()
    rows = pq.read_table(manifest).to_pylist()
    images = [reader.read(row["shard"], row["offset"], row["size"]) for row in rows]
    told = [(row["caption"], row["uid"], row["label"], row["weight"]) for row in rows]
    return Counter((image, *each) for image, each in zip(images, told, strict=True))


def read_back(folder: Path) -> list[dict]:
    """The samples as the webdataset library reads them."""
    urls = sorted(str(shard) for shard in folder.iterdir())
    return list(webdataset.WebDataset(urls, shardshuffle=False, empty_check=False).decode())


def as_read(folder: Path) -> Counter:
    raw = webdataset.WebDataset(sorted(str(shard) for shard in folder.iterdir()), shardshuffle=False)
    images = {sample["__key__"]: sample["jpg"] for sample in raw}
    told = {sample["__key__"]: sample["json"] for sample in read_back(folder)}
    assert images.keys() == told.keys()
    return Counter(
        (images[each], told[each]["caption"], told[each]["uid"], told[each]["label"], told[each]["weight"])
        for each in images
    )


@pytest.mark.parametrize(("threads", "per_shard", "shards"), [(1, 10_000, 1), (3, 4, 4), (2, 14, 1), (1, 1, 14)])
def test_webdataset_reads_back_the_same_samples(make_subset, tmp_path, threads, per_shard, shards):
    manifest = make_subset(list(UIDS), label=[None, *"abcdefghijklm"], weight=[0.25, *[1.0] * 13])
    materialize(manifest, tmp_path / "out", per_shard, threads)
    assert len(list((tmp_path / "out").iterdir())) == shards
    assert as_read(tmp_path / "out") == expected(manifest)
    samples = read_back(tmp_path / "out")
    assert len({sample["__key__"] for sample in samples}) == len(UIDS)
    assert all(sample["txt"] == sample["json"]["caption"] for sample in samples)


def test_the_shards_are_what_tarfile_would_write(make_subset, tmp_path):
    manifest = make_subset(list(UIDS))
    materialize(manifest, tmp_path / "out", 5)
    for shard in sorted((tmp_path / "out").iterdir()):
        with tarfile.open(shard) as tar:
            content = [(entry.name, tar.extractfile(entry).read()) for entry in tar]
        write_shard(tmp_path / "again.tar", content)
        assert (tmp_path / "again.tar").read_bytes() == shard.read_bytes()


def test_a_sample_without_a_caption_has_an_empty_one(make_subset, tmp_path):
    materialize(make_subset(["a", "b"], caption=[None, "b"]), tmp_path / "out")
    told = {sample["json"]["uid"]: (sample["txt"], sample["json"]["caption"]) for sample in read_back(tmp_path / "out")}
    assert told == {"a": ("", None), "b": ("b", "b")}


def test_the_order_is_random_and_hangs_on_the_uids_alone(make_subset, tmp_path):
    uids = [f"{number:03d}" for number in range(200)]
    materialize(make_subset(uids), tmp_path / "one", 50, threads=3)
    written = [sample["__key__"] for sample in read_back(tmp_path / "one")]
    assert sorted(written) == uids
    places = [uids.index(each) for each in written]
    neighbours = sum(abs(one - other) == 1 for one, other in pairwise(places))
    assert neighbours < 10
    assert all(min(places[start : start + 50]) < 40 and max(places[start : start + 50]) > 160 for start in (0, 50, 100))
    materialize(make_subset(uids, caption=["another"] * 200), tmp_path / "two", 50)
    assert [sample["__key__"] for sample in read_back(tmp_path / "two")] == written


def test_the_same_subset_makes_the_same_bytes(make_subset, tmp_path):
    manifest = make_subset(list(UIDS))
    for output, threads in (("one", 1), ("two", 4)):
        materialize(manifest, tmp_path / output, 3, threads)
    for shard in (tmp_path / "one").iterdir():
        assert shard.read_bytes() == (tmp_path / "two" / shard.name).read_bytes()


def test_the_pool_is_read_forward_and_neighbours_at_once(make_subset, tmp_path, monkeypatch):
    manifest = make_subset([f"{number:03d}" for number in range(100)])
    reads, read = [], ShardReader.read
    monkeypatch.setattr(ShardReader, "read", lambda self, *place: reads.append(place) or read(self, *place))
    monkeypatch.setattr(module, "TOGETHER", 10)
    materialize(manifest, tmp_path / "out", 7)
    assert len(reads) == 10
    assert reads == sorted(reads)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True))
def test_keys_are_unique_short_and_free_of_dots(uids):
    keys = list(map(key, uids))
    assert len(set(keys)) == len(uids)
    for uid, each in zip(uids, keys, strict=True):
        assert 0 < len(each) <= 80
        assert not set(each) & set("./#\\ \0")
        assert unquote(each) == uid or len(each) == 64


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n", "png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\x10\0\0\0WAVE", "jpg"),
        (b"GIF89a", "gif"),
        (b"\0\0\0\x1cftypavif", "avif"),
        (b"<html>", "jpg"),
        (b"", "jpg"),
    ],
)
def test_the_suffix_is_that_of_the_bytes(content, wanted):
    assert suffix(content) == wanted


def test_a_missing_shard_is_an_error_that_leaves_nothing(make_subset, tmp_path):
    manifest = make_subset(list(UIDS))
    (tmp_path / "pool1.tar").unlink()
    with pytest.raises(UserError, match=r"pool1\.tar: No such file or directory; delete .* and run again"):
        materialize(manifest, tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))


def test_a_disk_without_room_is_known_beforehand(make_subset, tmp_path, monkeypatch):
    manifest = make_subset(list(UIDS))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    monkeypatch.setattr(ShardReader, "read", None)
    with pytest.raises(UserError, match=r"out: 0\.0 GB are needed and 0\.0 GB are free; make room"):
        materialize(manifest, tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))


def test_a_disk_that_becomes_full_is_an_error_that_leaves_nothing(make_subset, tmp_path, monkeypatch):
    manifest = make_subset(list(UIDS))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.tar").write_bytes(b"")

    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(UserError, match=r"out: the disk at .+ is full .+; make room"):
        materialize(manifest, tmp_path / "out")
    assert [path.name for path in tmp_path.glob("*out*")] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["old.tar"]


def test_short_writes_are_gone_on_with(make_subset, tmp_path, monkeypatch):
    manifest = make_subset(list(UIDS))
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, content, offset: pwrite(file, content[:700], offset))
    materialize(manifest, tmp_path / "out")
    assert as_read(tmp_path / "out") == expected(manifest)


@pytest.mark.parametrize(
    ("columns", "samples_per_shard", "message"),
    [
        ({"shard": [None, "pool0.tar"]}, 10, "1 samples have no image"),
        ({}, 0, "samples per shard 0: must be 1 or more"),
    ],
)
def test_what_cannot_be_written_says_why(make_subset, tmp_path, columns, samples_per_shard, message):
    with pytest.raises(UserError, match=message):
        materialize(make_subset(["a", "b"], **columns), tmp_path / "out", samples_per_shard)


def test_a_file_that_is_no_manifest_is_named(tmp_path):
    pq.write_table(pa.table({"uid": ["a"]}), tmp_path / "other.parquet")
    with pytest.raises(UserError, match=r"other\.parquet: not a manifest, it has no column shard"):
        materialize(tmp_path / "other.parquet", tmp_path / "out")


def test_the_command_writes_and_says_so(make_subset, tmp_path, monkeypatch, capsys):
    manifest = make_subset(list(UIDS))
    words = ["subsets", "materialize", "--manifest", str(manifest), "--output", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", [*words, "--samples-per-shard", "5", "--threads", "2"])
    assert main() == 0
    assert "14 samples in 3 shards" in capsys.readouterr().err
    assert as_read(tmp_path / "out") == expected(manifest)
