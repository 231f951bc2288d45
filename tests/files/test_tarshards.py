"""Tar shards: reproducible bytes, random access, damage noticed."""

import tarfile

import pytest

from clipcause.errors import UserError
from clipcause.files.tarshards import ShardReader, members, write_shard

CONTENT = {"a.jpg": b"first", "b.jpg": b"", "c.jpg": bytes(range(256)) * 5}


@pytest.fixture
def shard(tmp_path):
    write_shard(tmp_path / "0.tar", CONTENT.items())
    return tmp_path / "0.tar"


def test_every_member_is_read_back_from_its_place(shard):
    reader = ShardReader()
    assert {name: reader.read(str(shard), offset, size) for name, offset, size in members(shard)} == CONTENT
    with tarfile.open(shard) as tar:
        assert {entry.name: tar.extractfile(entry).read() for entry in tar} == CONTENT


def test_same_members_same_bytes(shard, tmp_path):
    write_shard(tmp_path / "1.tar", CONTENT.items())
    assert (tmp_path / "1.tar").read_bytes() == shard.read_bytes()


@pytest.mark.parametrize("keep", [0, 100, 700, 2500])
def test_a_shard_that_was_cut_is_not_read_as_if_it_were_whole(shard, keep):
    shard.write_bytes(shard.read_bytes()[:keep])
    with pytest.raises(UserError, match="not a readable tar"):
        assert len(list(members(shard))) == len(CONTENT)


def test_reading_past_the_end_and_a_missing_shard_name_the_shard(shard, tmp_path):
    reader = ShardReader()
    with pytest.raises(UserError, match=r"0\.tar.*cut short"):
        reader.read(str(shard), 10_000_000, 5)
    with pytest.raises(UserError, match=r"gone\.tar"):
        reader.read(str(tmp_path / "gone.tar"), 0, 1)
