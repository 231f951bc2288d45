"""Test-set folders in CLIP-benchmark's layout, read back by the webdataset library too."""

import re

import pytest
import webdataset

from clipcause.errors import UserError
from clipcause.files.benchmark_layout import read_testset, write_testset


def test_a_classification_set_reads_back(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), 1), (jpeg(1), 0)], ["cat", "dog"], ["a photo of a {c}."])
    testset = read_testset(tmp_path / "t")
    assert (testset.kind, testset.classnames, testset.templates) == (
        "classification",
        ["cat", "dog"],
        ["a photo of a {c}."],
    )
    samples = list(webdataset.WebDataset(str(testset.shards[0]), shardshuffle=False).decode().to_tuple("cls"))
    assert samples == [(1,), (0,)]


def test_a_retrieval_set_holds_several_captions_for_an_image(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), ["a cat", "one cat"])])
    testset = read_testset(tmp_path / "t")
    assert (testset.kind, testset.classnames) == ("retrieval", [])
    (sample,) = webdataset.WebDataset(str(testset.shards[0]), shardshuffle=False).decode()
    assert sample["txt"].splitlines() == ["a cat", "one cat"]


@pytest.mark.parametrize("missing", ["classnames.txt", "zeroshot_classification_templates.txt", "test/nshards.txt"])
def test_a_missing_file_is_named(tmp_path, jpeg, missing):
    write_testset(tmp_path / "t", [(jpeg(0), 0)], ["cat"], ["{c}"])
    (tmp_path / "t" / missing).unlink()
    with pytest.raises(UserError, match=missing):
        read_testset(tmp_path / "t")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("zeroshot_classification_templates.txt", "a photo", "template 'a photo' does not hold {c} once"),
        ("zeroshot_classification_templates.txt", "a {x}", "template 'a {x}' does not hold {c} once"),
        ("zeroshot_classification_templates.txt", "a {c} }", "template 'a {c} }' does not hold {c} once"),
        ("zeroshot_classification_templates.txt", "", "is empty or has an empty line"),
        ("classnames.txt", "cat\n\ndog\n", "is empty or has an empty line"),
        ("test/nshards.txt", "two", "says 'two'; it holds the number of shards"),
        ("test/nshards.txt", "0", "says '0'"),
        ("dataset_type.txt", "detection", "says 'detection'"),
    ],
)
def test_a_file_that_says_something_else_is_named(tmp_path, jpeg, file, content, message):
    write_testset(tmp_path / "t", [(jpeg(0), 0)], ["cat"], ["{c}"])
    (tmp_path / "t" / file).write_text(content)
    with pytest.raises(UserError, match=re.escape(message)):
        read_testset(tmp_path / "t")


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), 0)], ["cat"], ["{c}"])
    (tmp_path / "t" / "classnames.txt").write_text("\ufeffcat \n")
    assert read_testset(tmp_path / "t").classnames == ["cat"]


def test_classes_of_one_name_are_told_apart(tmp_path, jpeg):
    write_testset(tmp_path / "t", [(jpeg(0), 2)], ["missile", "cat", "missile"], ["{c}"])
    assert read_testset(tmp_path / "t").classnames == ["missile", "cat", "missile (2)"]
