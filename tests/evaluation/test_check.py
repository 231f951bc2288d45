import pytest

from clipcause.errors import UserError
from clipcause.evaluation.check import check_testsets
from clipcause.files.outputs import read_json, write_json


@pytest.fixture
def testset(tmp_path, pool_index):
    """A function (name, labels) -> the folder of a classification test set; the same labels are the same images."""
    import pandas as pd

    def make(name, labels, captions=False):
        frame = pd.read_parquet(pool_index(labels))
        folder = tmp_path / name
        folder.mkdir()
        frame.assign(captions=None).to_parquet(folder / "samples.parquet")
        kind = "retrieval" if captions else "classification"
        about = {"kind": kind, "classnames": [*labels, "never shown"], "templates": ["{c}"]}
        write_json(folder / "testset.json", about)
        return folder

    return make


@pytest.fixture
def vocabulary(tmp_path):
    (tmp_path / "words.txt").write_text("cat\ndog\nowl\n")
    return tmp_path / "words.txt"


def test_classes_with_samples_must_be_in_the_vocabulary(testset, vocabulary, tmp_path):
    check_testsets([testset("known", ["cat", "owl"])], {}, {"known": vocabulary}, tmp_path / "classes.json")
    assert read_json(tmp_path / "classes.json") == {"known": ["cat", "owl"]}
    wrong = (
        r"test set 'other': 2 of its classes are not in \S+words.txt: 'dgo', 'dogz' \(did you mean 'dog'\?\); add them"
    )
    with pytest.raises(UserError, match=wrong):
        check_testsets([testset("other", ["cat", "dogz", "dgo"])], {}, {"other": vocabulary}, tmp_path / "wrong.json")
    assert not (tmp_path / "wrong.json").exists()


def test_every_test_set_asks_by_its_own_vocabulary(testset, vocabulary, tmp_path):
    (tmp_path / "colours.txt").write_text("red\nblue\n")
    sets = [testset("animals", ["cat"]), testset("colours", ["red", "blue"])]
    asked = {"animals": vocabulary, "colours": tmp_path / "colours.txt"}
    check_testsets(sets, {}, asked, tmp_path / "classes.json")
    assert read_json(tmp_path / "classes.json") == {"animals": ["cat"], "colours": ["blue", "red"]}
    with pytest.raises(UserError, match=r"test set 'colours': 2 of its classes are not in \S+words.txt"):
        check_testsets(sets, {}, asked | {"colours": vocabulary}, tmp_path / "classes.json")


def test_a_probe_must_not_learn_from_test_samples(testset, vocabulary, tmp_path):
    one, two = testset("one", ["cat"]), testset("two", ["cat"])
    with pytest.raises(UserError, match="test set 'one': 1 of its samples are in 'two'"):
        check_testsets([one], {"one": two}, {"one": vocabulary}, tmp_path / "classes.json")


def test_retrieval_has_no_classes(testset, vocabulary, tmp_path):
    asked = {"captions": vocabulary}
    check_testsets([testset("captions", ["bird"], captions=True)], {}, asked, tmp_path / "classes.json")
    assert read_json(tmp_path / "classes.json") == {}
