"""Existing webdataset shards become a pool where they lie."""

import json

import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.tarshards import ShardReader, write_shard
from clipcause.pools.adopt import adopt_shards


def test_captions_and_labels_come_from_members_or_json(tmp_path, jpeg):
    described = json.dumps({"alt": "a dog", "class": 7}).encode()
    write_shard(
        tmp_path / "0.tar",
        [
            ("s/0.jpg", jpeg(0)),
            ("s/0.txt", b"a cat \n"),
            ("s/0.cls", b"3"),
            ("s/1.json", described),
            ("s/1.png", jpeg(1)),
        ],
    )
    write_shard(tmp_path / "1.tar", [("2.txt", b"no picture")])
    pool = {"shards": str(tmp_path / "*.tar"), "caption": "txt", "label": "cls"}
    adopt_shards(pool, tmp_path / "rows.parquet")
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [(row["row"], row["caption"], row["label"]) for row in rows] == [
        (0, "a cat", "3"),
        (1, None, None),
        (2, "no picture", None),
    ]
    assert [row["status"] for row in rows] == ["success", "success", "failed_to_download"]
    assert len({row["uid"] for row in rows}) == 3
    reader = ShardReader()
    assert [reader.read(row["shard"], row["offset"], row["size"]) for row in rows[:2]] == [jpeg(0), jpeg(1)]

    adopt_shards(pool | {"caption": "alt", "label": "class"}, tmp_path / "rows.parquet")
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [(row["caption"], row["label"]) for row in rows[:2]] == [(None, None), ("a dog", "7")]


def test_a_caption_key_that_no_sample_has_is_named(tmp_path, jpeg):
    write_shard(tmp_path / "0.tar", [("0.jpg", jpeg(0)), ("0.txt", b"a cat"), ("0.json", b"[not json")])
    pool = {"shards": str(tmp_path / "*.tar"), "caption": "captoin", "label": None}
    with pytest.raises(UserError, match="no sample has a member or JSON key 'captoin' for its caption"):
        adopt_shards(pool, tmp_path / "rows.parquet")


def test_a_glob_that_finds_nothing_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nothing/\*\.tar: no shard found"):
        adopt_shards({"shards": "nothing/*.tar", "caption": "txt", "label": None}, tmp_path / "rows.parquet")
