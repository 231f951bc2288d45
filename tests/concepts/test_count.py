"""Concept frequency against a slow count written from its definition."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clipcause.concepts.count import count_concepts
from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.errors import UserError


def count(folder, captions, vocabulary):
    pq.write_table(pa.table({"caption": pa.array(captions, pa.string())}), folder / "captions.parquet")
    (folder / "vocabulary.csv").write_text(vocabulary, encoding="utf-8")
    count_concepts(folder / "captions.parquet", "caption", folder / "vocabulary.csv", folder / "frequency.parquet")
    return pq.read_table(folder / "frequency.parquet").to_pylist()


def test_by_eye(tmp_path):
    captions = [
        "A Dog and another dog",
        "two dogs",
        "a hot-dog stand",
        "dogma",
        None,
        "",
        "CRANE over a building",
        "a crane, a bird",
    ]
    vocabulary = "concept,synonyms,excluded\ndog,dog|dogs,\nhot dog,hot dog,\ncrane,crane,bird\nunicorn,unicorn,\n"
    assert count(tmp_path, captions, vocabulary) == [
        {"concept": "crane", "captions": 1, "share": 1 / 8},
        {"concept": "dog", "captions": 3, "share": 3 / 8},
        {"concept": "hot dog", "captions": 1, "share": 1 / 8},
        {"concept": "unicorn", "captions": 0, "share": 0.0},
    ]


def slowly(captions, concepts):
    def words(text):
        return re.findall(r"[^\W_]+", text.lower())

    def holds(caption, phrase):
        needle, hay = words(phrase), words(caption)
        return bool(needle) and any(hay[i : i + len(needle)] == needle for i in range(len(hay)))

    return {
        name: sum(
            caption is not None
            and any(holds(caption, s) for s in synonyms)
            and not any(holds(caption, e) for e in excluded)
            for caption in captions
        )
        for name, synonyms, excluded in concepts
    }


WORD = st.sampled_from(
    ["dog", "Dogs", "hot", "crane", "bird", "éclair", "ÉCLAIR", "7up", "a", "o'clock", "x-ray", "狗"]
)
PHRASE = st.lists(WORD, min_size=1, max_size=2).map(" ".join)
CAPTION = st.one_of(st.none(), st.lists(WORD | st.sampled_from(["!", ",", "--", "_", "\n"]), max_size=6).map(" ".join))


@given(
    captions=st.lists(CAPTION, min_size=1, max_size=8),
    concepts=st.lists(
        st.tuples(st.lists(PHRASE, min_size=1, max_size=3), st.lists(PHRASE, max_size=1)), min_size=1, max_size=4
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equals_the_slow_count(tmp_path, captions, concepts):
    named = [(f"c{number}", synonyms, excluded) for number, (synonyms, excluded) in enumerate(concepts)]
    vocabulary = "concept,synonyms,excluded\n" + "".join(f'{n},"{"|".join(s)}","{"|".join(e)}"\n' for n, s, e in named)
    counted = {row["concept"]: row["captions"] for row in count(tmp_path, captions, vocabulary)}
    assert counted == slowly(captions, named)


def test_samples_without_an_image_are_not_counted(tmp_path, pool_index):
    (tmp_path / "classnames.txt").write_text("cat\ngone\n")
    count_concepts(pool_index(["cat", "cat"], failed=3), "caption", tmp_path / "classnames.txt", tmp_path / "f.parquet")
    assert pq.read_table(tmp_path / "f.parquet")["captions"].to_pylist() == [2, 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("concept,synonyms\n", "is empty"),
        ("concept,synonyms\ncat,cat\ncat,kitten\n", "the concept 'cat' stands twice"),
        ("concept,synonyms\n ,cat\n", "a concept has no name"),
        ("name,synonyms\ncat,cat\n", "no column concept; it has name, synonyms"),
    ],
)
def test_a_bad_vocabulary_is_named(tmp_path, content, message):
    (tmp_path / "v.csv").write_text(content)
    with pytest.raises(UserError, match=rf"v\.csv: .*{message}"):
        read_vocabulary(tmp_path / "v.csv")
    with pytest.raises(UserError, match=r"gone\.csv"):
        read_vocabulary(tmp_path / "gone.csv")


def test_a_vocabulary_is_a_table_or_a_list_in_utf_8(tmp_path):
    (tmp_path / "v.CSV").write_text("\ufeffconcept,synonyms\ncat,cat|kitten\n")
    assert [(each.name, each.synonyms) for each in read_vocabulary(tmp_path / "v.CSV")] == [("cat", ("cat", "kitten"))]
    (tmp_path / "v.tsv").write_text("concept\tsynonyms\n")
    with pytest.raises(UserError, match=r"a vocabulary is a \.csv or \.txt file"):
        read_vocabulary(tmp_path / "v.tsv")
    (tmp_path / "latin.txt").write_bytes("é".encode("latin-1"))
    with pytest.raises(UserError, match="cannot be read"):
        read_vocabulary(tmp_path / "latin.txt")


def test_a_missing_caption_column_is_named(tmp_path, pool_index):
    (tmp_path / "classnames.txt").write_text("cat\n")
    with pytest.raises(UserError, match="no caption column 'text'; it has uid"):
        count_concepts(pool_index(["cat"]), "text", tmp_path / "classnames.txt", tmp_path / "f.parquet")
