"""Frequencies of parts add up to the whole: counts, words, card; parts that were counted otherwise are refused."""

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.concepts.card import describe, write_card
from clipcause.concepts.frequency import Counting, Frequency, Totals, merged, read_frequency
from clipcause.concepts.words import merge_words
from clipcause.concepts.zipf import fit_zipf
from clipcause.database import connect
from clipcause.errors import UserError

VOCABULARY = "concept,name,synonyms,excluded\nz,dog,dog,\na,crane,crane,bird\nm,unicorn,,\n"
CAPTIONS = [
    "a dog",
    "two dogs",
    None,
    "a crane",
    "a crane, a bird",
    "a dog and a crane",
    "",
    "a cat",
    "dog dog",
    "a crane",
]
LABELS = ["z", "z", "z", "a", "a", "a", "m", "other", None, "a"]


@pytest.fixture
def parts(count, tmp_path):
    """The whole, counted in one go, and the files of its three parts and of their words."""
    settings = {"label": "species", "species": LABELS}
    whole = count(CAPTIONS, VOCABULARY, words=tmp_path / "words.parquet", **settings)
    files, words = [], []
    for part in range(3):
        words.append(tmp_path / f"words-{part}.parquet")
        count(CAPTIONS, VOCABULARY, output=f"part-{part}.parquet", words=words[-1], part=(part, 3), **settings)
        files.append(tmp_path / f"part-{part}.parquet")
    return whole, files, words


def test_parts_add_up(parts, tmp_path):
    _, files, words = parts
    assert [read_frequency(file).totals.captions for file in files] == [3, 3, 4]
    for order in (files, files[::-1]):
        total = merged(order)
        total.write(tmp_path / "merged.parquet")
        assert (tmp_path / "merged.parquet").read_bytes() == (tmp_path / "frequency.parquet").read_bytes()
        write_card(total, tmp_path / "merged.json")
        write_card(read_frequency(tmp_path / "frequency.parquet"), tmp_path / "whole.json")
        assert (tmp_path / "merged.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    merge_words(connect(), words, tmp_path / "merged-words.parquet")
    total = pq.read_table(tmp_path / "merged-words.parquet").to_pylist()
    assert total == pq.read_table(tmp_path / "words.parquet").to_pylist()
    assert total[:2] == [{"word": "a", "occurrences": 8}, {"word": "and", "occurrences": 1}]


def test_what_is_written_is_read(parts, tmp_path):
    whole, _, _ = parts
    again = read_frequency(tmp_path / "frequency.parquet")
    order = np.argsort(np.array(whole.concepts))
    assert again.concepts == ("a", "m", "z") and again.names == ("crane", "unicorn", "dog")
    assert (again.counting, again.totals, again.labels) == (whole.counting, whole.totals, True)
    for name in ("captions", "with_others", "labelled", "agreeing", "share", "precision", "recall"):
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name)[order])
    again.write(tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "frequency.parquet").read_bytes()


def test_the_card_by_hand(parts, tmp_path):
    whole, _, _ = parts
    card = describe(whole)
    assert {key: card[key] for key in ("captions", "null", "matched", "concepts", "occurring")} == {
        "captions": 10,
        "null": 1,
        "matched": 5,
        "concepts": 3,
        "occurring": 2,
    }
    assert (card["match"], card["lemmatizer"]) == ("phrase", None)
    assert card["imbalance"] == 3 / 3 and card["zipf"] is None
    assert card["precision"] == 4 / 6  # captions 0, 3, 5 (twice), 8 and 9 mention one; 0, 3, 5 (once) and 9 rightly
    assert card["recall"] == 4 / 8
    assert card["most"] == [
        {"concept": "z", "name": "dog", "captions": 3},
        {"concept": "a", "name": "crane", "captions": 3},
        {"concept": "m", "name": "unicorn", "captions": 0},
    ]
    assert card["least"] == card["most"][::-1]
    write_card(whole, tmp_path / "card.json")
    assert json.loads((tmp_path / "card.json").read_text()) == card


def test_the_card_of_an_uneven_count(count):
    captions = [f"c{number}" for number in range(12) for _ in range(2 ** min(number, 9))]
    card = describe(count(captions, "concept\n" + "".join(f"c{number}\n" for number in range(13))))
    assert card["imbalance"] == 2**9 and card["occurring"] == 12
    zipf = fit_zipf(np.array([2 ** min(number, 9) for number in range(12)]))
    assert card["zipf"] == {"exponent": zipf.exponent, "low": zipf.low, "high": zipf.high}
    assert [len(card["most"]), len(card["least"]), card["least"][0]["concept"]] == [10, 10, "c12"]
    assert card["precision"] is card["recall"] is None


def frequency(path, match="phrase", lemmatizer=None, vocabulary="v", labels=False, captions=5):
    zeros = np.zeros(2, np.int64)
    counting, totals = Counting(match, lemmatizer, vocabulary), Totals(captions, 0, 0)
    Frequency(counting, totals, labels, ("a", "b"), ("A", "B"), zeros, zeros, zeros, zeros).write(path)
    return path


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"match": "lemma"}, "counted with match lemma, .*one.parquet with phrase; count both the same way"),
        ({"lemmatizer": "wordnet"}, "counted with lemmatizer wordnet, .*one.parquet with None"),
        ({"vocabulary": "w"}, "counted with vocabulary w, .*one.parquet with v"),
        ({"labels": True}, "labels were given for some parts only"),
    ],
)
def test_parts_counted_otherwise_are_refused(tmp_path, other, message):
    one, two = frequency(tmp_path / "one.parquet"), frequency(tmp_path / "two.parquet", **other)
    with pytest.raises(UserError, match=f"^{re.escape(str(two))}: {message}"):
        merged([one, one, two])


def test_another_vocabulary_is_told_by_its_phrases(count, tmp_path):
    digests = {
        count(["a dog"], f"concept,synonyms,excluded\n{rows}\n").counting.vocabulary
        for rows in ("d,dog,", "d,dog|hound,", "d,dog,cat", "e,dog,", "d,dog,\ne,dog,")
    }
    assert len(digests) == 5
    one = count(["a dog"], "concept,name\nd,dog\ne,owl\n").counting.vocabulary
    assert count(["a dog"], "concept,synonyms\ne,owl\nd,dog\n").counting.vocabulary == one  # in any order


def test_an_empty_part_needs_no_labels(tmp_path):
    empty = frequency(tmp_path / "empty.parquet", captions=0)
    labelled = frequency(tmp_path / "labelled.parquet", labels=True)
    assert merged([empty, labelled]).labels and merged([labelled, empty]).labels


@pytest.mark.parametrize("content", [b"", b"no parquet", None, "table"])
def test_what_is_no_frequency_is_named(tmp_path, content):
    path = tmp_path / "f.parquet"
    if content == "table":
        pq.write_table(pa.table({"concept": ["a"], "captions": [1]}), path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"f\.parquet: is no table of concept frequencies"):
        merged([path])
