"""Counting: what is counted by hand; whatever the threads and chunks, the same bytes."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.concepts.captions import Captions
from clipcause.concepts.count import Means, Search, count_concepts, list_matches
from clipcause.errors import UserError

VOCABULARY = (
    "concept,name,synonyms,excluded\nn2,dog,dog|puppy,\nn1,hot dog,hot dog,\nn4,crane,crane,bird\nn3,unicorn,,\n"
)
CAPTIONS = [
    "A Dog and another dog",
    "two dogs",
    "a hot dog",
    "a puppy: a dog",
    None,
    "",
    "CRANE over a building",
    "a crane, a bird, a dog",
]
COLUMNS = ["concept", "name", "captions", "share", "with_others", "labelled", "agreeing"]


def test_by_eye(count, tmp_path):
    frequency = count(CAPTIONS, VOCABULARY)
    table = pq.read_table(tmp_path / "frequency.parquet")
    assert table.column_names == COLUMNS
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("n1", "hot dog", 1, 1 / 8, 1, None, None),
        ("n2", "dog", 4, 4 / 8, 1, None, None),
        ("n3", "unicorn", 0, 0.0, 0, None, None),
        ("n4", "crane", 1, 1 / 8, 0, None, None),
    ]
    assert vars(frequency.totals) == {"captions": 8, "null": 1, "matched": 5}
    assert frequency.share.tolist() == [4 / 8, 1 / 8, 1 / 8, 0]  # in the vocabulary's order


def test_labels_by_hand(count, tmp_path):
    labels = ["n2", "n1", "n1", "n2", "n4", None, "n2", "no concept"]
    frequency = count(CAPTIONS, VOCABULARY, label="species", species=labels)
    rows = {row["concept"]: row for row in pq.read_table(tmp_path / "frequency.parquet").to_pylist()}
    assert {concept: (row["labelled"], row["agreeing"]) for concept, row in rows.items()} == {
        "n1": (2, 1),  # captions 1 and 2; the latter mentions it
        "n2": (3, 2),  # captions 0, 3 and 6; 0 and 3 mention it
        "n3": (0, 0),
        "n4": (1, 0),  # caption 4 is NULL
    }
    assert frequency.labels
    assert frequency.precision[:3].tolist() == [2 / 4, 1 / 1, 0 / 1]
    assert frequency.recall[:3].tolist() == [2 / 3, 1 / 2, 0 / 1]
    assert str(frequency.precision[3]) == str(frequency.recall[3]) == "nan"


def test_labels_that_are_numbers_name_concepts_too(count):
    frequency = count(["a dog", "a cat"], "concept,synonyms\n7,dog\n8,cat\n", label="class_id", class_id=[7, 7])
    assert frequency.labelled.tolist() == [2, 0] and frequency.agreeing.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("rule", "expected"), [("lemma", [3, 1]), ("phrase", [2, 1]), ("phrase-cased", [1, 0]), ("substring", [0, 0])]
)
def test_each_rule_counts_its_own_way(count, rule, expected):
    captions = ["A DOG.", "(dog)", "dogs!", "hot-DOG", "Éclair"]
    vocabulary = "concept,synonyms,excluded\nd,dog,hot\ne,éclair,\n"
    if rule == "lemma":
        vocabulary = vocabulary.replace("éclair", "clair")
    assert count(captions, vocabulary, rule).captions.tolist() == expected


def test_samples_without_an_image_are_not_counted(tmp_path, pool_index):
    (tmp_path / "classnames.txt").write_text("cat\ngone\n")
    search = Search(tmp_path / "classnames.txt", None, "phrase")
    captions = Captions(str(pool_index(["cat", "cat"], failed=3)), "caption", None, "label")
    frequency = count_concepts(captions, search, tmp_path / "f.parquet")
    assert frequency.totals.captions == 2
    assert frequency.captions.tolist() == frequency.labelled.tolist() == [2, 0]


def test_words_by_hand(count, tmp_path):
    captions = ["A dog, a DOG", None, "cannot see; café", "a b"]
    for rule, expected in {
        "lemma": {"a": 3, "dog": 2, "cannot": 1, "see": 1, "caf": 1, "b": 1},
        "phrase": {"a": 3, "dog": 2, "cannot": 1, "see": 1, "café": 1, "b": 1},
        "phrase-cased": {"A": 1, "a": 2, "dog": 1, "DOG": 1, "cannot": 1, "see": 1, "café": 1, "b": 1},
        "substring": {"A": 1, "a": 2, "dog": 1, "DOG": 1, "cannot": 1, "see": 1, "café": 1, "b": 1},
    }.items():
        count(captions, "concept\ndog\n", rule, words=tmp_path / "words.parquet")
        rows = pq.read_table(tmp_path / "words.parquet").to_pylist()
        assert {row["word"]: row["occurrences"] for row in rows} == expected, rule
        assert [row["word"] for row in rows] == sorted(expected)


def matches(tmp_path, uids, captions, threads=1):
    table = {"uid": uids, "caption": pa.array(captions, pa.string())}
    pq.write_table(pa.table(table), tmp_path / "captions.parquet")
    (tmp_path / "vocabulary.csv").write_text(VOCABULARY)
    captions = Captions(str(tmp_path / "captions.parquet"), "caption", "uid")
    list_matches(
        captions, Search(tmp_path / "vocabulary.csv", None, "phrase"), tmp_path / "matches.parquet", Means(threads)
    )
    table = pq.read_table(tmp_path / "matches.parquet")
    assert table.schema.names == ["uid", "concept"]
    return [tuple(row.values()) for row in table.to_pylist()]


def test_matches_by_hand(tmp_path):
    expected = [("h", "n2"), ("f", "n2"), ("f", "n1"), ("e", "n2"), ("b", "n4"), ("a", "n2")]
    assert matches(tmp_path, list("hgfedcba"), CAPTIONS) == expected
    numbered = [(str("hgfedcba".index(uid)), concept) for uid, concept in expected]
    assert matches(tmp_path, list(range(8)), CAPTIONS) == numbered  # any type of uid
    assert matches(tmp_path, ["a", None], ["no", None]) == []
    assert matches(tmp_path, ["a", "a", None], ["dog", "dog", "dog"]) == [("a", "n2"), ("a", "n2"), (None, "n2")]


MANY = [CAPTIONS[number * number % 8] for number in range(26)]


UIDS = [f"{number:x}" for number in range(len(MANY))]


def everything(count, tmp_path, threads):
    """The bytes of all that a count writes, and the matches."""
    labels = [f"n{number % 5}" for number in range(len(MANY))]
    files = [tmp_path / "frequency.parquet", tmp_path / "words.parquet"]
    count(MANY, VOCABULARY, "lemma", words=files[1], threads=threads, label="species", species=labels)
    return [file.read_bytes() for file in files], matches(tmp_path, UIDS, MANY, threads)


def test_neither_threads_nor_chunks_change_anything(count, tmp_path, monkeypatch):
    first = everything(count, tmp_path, threads=1)
    assert everything(count, tmp_path, threads=1) == first
    monkeypatch.setattr("clipcause.concepts.captions.CHUNK", 3)
    for threads in (1, 3):
        assert everything(count, tmp_path, threads) == first


def test_matches_are_the_same_bytes_twice(tmp_path, monkeypatch):
    monkeypatch.setattr("clipcause.concepts.captions.CHUNK", 3)
    written = []
    for threads in (1, 1, 3):
        matches(tmp_path, UIDS, MANY, threads)
        written.append((tmp_path / "matches.parquet").read_bytes())
    assert written[0] == written[1] == written[2]


def test_a_sample_of_the_captions_decides_no_count(count, monkeypatch):
    whole = count(MANY, VOCABULARY, "lemma")
    for sample in (1, 7):
        monkeypatch.setattr("clipcause.concepts.count.SAMPLE", sample)
        assert count(MANY, VOCABULARY, "lemma").captions.tolist() == whole.captions.tolist()


def test_of_no_captions_there_are_zeros(count, tmp_path):
    frequency = count(
        [], VOCABULARY, words=tmp_path / "words.parquet", label="species", species=pa.array([], pa.string())
    )
    assert frequency.captions.tolist() == [0] * 4 and frequency.share.tolist() == [0.0] * 4
    assert pq.read_table(tmp_path / "words.parquet").num_rows == 0
    assert matches(tmp_path, pa.array([], pa.string()), []) == []


def test_a_phrase_that_cannot_match_is_named_in_the_log(count, caplog):
    count(["in St. Louis"], "concept,synonyms\ncity,St. Louis\n", "substring")
    assert "1 phrases can match no caption by this rule, such as 'St. Louis'" in caplog.text


def test_captions_that_cannot_be_counted_leave_no_output(count, tmp_path):
    pq.write_table(pa.table({"caption": [1]}), tmp_path / "c.parquet")
    (tmp_path / "v.txt").write_text("dog\n")
    search = Search(tmp_path / "v.txt", None, "phrase")
    for run in (count_concepts, list_matches):
        with pytest.raises(UserError, match=r"c\.parquet: the caption column 'caption' holds BIGINT"):
            run(Captions(str(tmp_path / "c.parquet"), "caption", "caption"), search, tmp_path / "out" / "f.parquet")
        assert not list(tmp_path.glob("out/*"))
