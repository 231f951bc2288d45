"""Test sets are indexed from folders and from held-out parts of pools."""

import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.benchmark_layout import write_testset
from clipcause.files.outputs import read_json
from clipcause.files.tarshards import ShardReader, write_shard
from clipcause.testsets.index import index_folder, index_pool_part


def read(tmp_path):
    return pq.read_table(tmp_path / "samples.parquet").to_pylist(), read_json(tmp_path / "testset.json")


def test_a_folder_reads_back_in_its_order(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), 1), (jpeg(1), 0), (jpeg(2), 1)], ["cat", "dog"], ["a {c}."])
    index_folder(tmp_path / "t", tmp_path / "samples.parquet", tmp_path / "testset.json")
    rows, description = read(tmp_path)
    assert [row["label"] for row in rows] == ["dog", "cat", "dog"]
    assert [ShardReader().read(row["shard"], row["offset"], row["size"]) for row in rows] == [jpeg(0), jpeg(1), jpeg(2)]
    assert description == {
        "kind": "classification",
        "classnames": ["cat", "dog"],
        "templates": ["a {c}."],
        "samples": 3,
    }


def test_a_retrieval_folder_keeps_its_captions(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), ["a cat", "one cat"])])
    index_folder(tmp_path / "t", tmp_path / "samples.parquet", tmp_path / "testset.json")
    rows, description = read(tmp_path)
    assert rows[0]["captions"] == ["a cat", "one cat"] and rows[0]["label"] is None
    assert description["kind"] == "retrieval"


def test_what_truth_csv_says_stands_beside_the_samples(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), 1), (jpeg(1), 0)], ["cat", "dog"], ["a {c}."])
    truth = tmp_path / "t" / "truth.csv"
    truth.write_text("key,label,colour\ns0000001,cat,gold\ns0000000,dog,\n")
    index_folder(tmp_path / "t", tmp_path / "samples.parquet", tmp_path / "testset.json")
    rows, _ = read(tmp_path)
    assert [(row["label"], row["colour"]) for row in rows] == [("dog", ""), ("cat", "gold")]
    truth.write_text("key,colour\ns0000001,gold\n")
    with pytest.raises(UserError, match=r"truth\.csv: its column key does not name each of the 2 samples once"):
        index_folder(tmp_path / "t", tmp_path / "samples.parquet", tmp_path / "testset.json")


def test_of_other_classes_only_those_called_as_in_imagenet_are_taken(tmp_path, jpeg):
    names = ["alarm clock", "Banana", "air freshener", "tench"]
    write_testset(tmp_path / "t", [(jpeg(n), label) for n, label in enumerate([0, 1, 3, 2, 1])], names, ["a {c}."])
    index_folder(tmp_path / "t", tmp_path / "samples.parquet", tmp_path / "testset.json", "imagenet")
    rows, description = read(tmp_path)
    assert [row["label"] for row in rows] == ["banana", "tench", "banana"]
    assert [ShardReader().read(row["shard"], row["offset"], row["size"]) for row in rows] == [jpeg(1), jpeg(2), jpeg(4)]
    assert (description["classnames"], description["samples"]) == (["banana", "tench"], 3)
    write_testset(tmp_path / "u", [(jpeg(0), 0)], ["alarm clock"], ["a {c}."])
    with pytest.raises(UserError, match="is called as one of ImageNet's; set classes: all"):
        index_folder(tmp_path / "u", tmp_path / "samples.parquet", tmp_path / "testset.json", "imagenet")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([("s0.cls", b"0")], "sample 's0' has no image"),
        ([("s0.jpg", b"")], "sample 's0' has no target"),
        ([("s0.jpg", b""), ("s0.cls", b"2")], "is of class '2'; classnames.txt has 1 classes"),
        ([("s0.jpg", b""), ("s0.cls", b"cat")], "is of class 'cat'"),
    ],
)
def test_a_broken_sample_is_named(tmp_path, jpeg, members, message):
    write_testset(tmp_path / "t", [(jpeg(0), 0)], ["cat"], ["{c}"])
    write_shard(tmp_path / "t" / "test" / "0.tar", members)
    with pytest.raises(UserError, match=message):
        index_folder(tmp_path / "t", tmp_path / "samples.parquet", tmp_path / "testset.json")


def test_a_part_of_a_pool_holds_what_is_held_out_and_allowed(tmp_path, pool_index):
    pool = pool_index(["cat", "dog"] * 5, failed=2, held_out=4, style=["photo", "photo", "sketch"] * 4)
    part = {"where": {"style": ["photo"]}, "part": "held_out", "label": "label", "templates": ["a {c}."]}
    index_pool_part(pool, part, tmp_path / "t.parquet", tmp_path / "testset.json")
    rows = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert [int(row["uid"], 16) for row in rows] == [0, 1, 3]
    assert [row["style"] for row in rows] == ["photo"] * 3 and "status" not in rows[0]
    assert read_json(tmp_path / "testset.json")["classnames"] == ["cat", "dog"]
    index_pool_part(pool, part | {"part": "all", "where": {}}, tmp_path / "t.parquet", tmp_path / "testset.json")
    assert pq.read_table(tmp_path / "t.parquet").num_rows == 10


def test_an_empty_part_and_an_unknown_column_are_named(tmp_path, pool_index):
    part = {"where": {}, "part": "held_out", "label": "label", "templates": []}
    with pytest.raises(UserError, match="no sample is left"):
        index_pool_part(pool_index(["cat"]), part, tmp_path / "t.parquet", tmp_path / "t.json")
    with pytest.raises(UserError, match="no column 'style'"):
        index_pool_part(
            pool_index(["cat"]), part | {"where": {"style": ["x"]}}, tmp_path / "t.parquet", tmp_path / "t.json"
        )
