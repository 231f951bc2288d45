"""Captions of another kind, for the same images."""

from collections import Counter

import pyarrow as pa
import pytest

from clipcause.errors import UserError
from clipcause.open_clip_words import imagenet_templates

PLAIN = {
    "method": "captions",
    "columns": ["caption"],
    "class_name": "none",
    "template": None,
    "synonyms": False,
    "shuffle": False,
}


@pytest.fixture
def pool(make_pool):
    titles = ["my cat", None, "  one   owl ", None]
    return {
        "web": make_pool(["cat", "dog", "owl", None], title=pa.array(titles, pa.string()), tags=["a", "b", "", "c"])
    }


@pytest.fixture
def told(pool, subset, rows):
    """A function (**settings) -> captions in the order of the pool."""
    return lambda **settings: [row["caption"] for row in rows(subset("c", pool, **PLAIN | settings)).values()]


def test_columns_are_joined_and_the_class_is_prepended_or_stands_alone(told):
    assert told() == ["a cat", "a dog", "a owl", "a None"]
    assert told(columns=["title", "tags"]) == ["my cat a", "b", "one owl", "c"]
    assert told(columns=["title"]) == ["my cat", None, "one owl", None]
    assert told(columns=["tags"], class_name="prepend") == ["cat a", "dog b", "owl", "c"]
    assert told(class_name="only") == ["cat", "dog", "owl", None]


def test_templates(told):
    assert told(class_name="only", template="a photo of a {}")[:3] == [
        f"a photo of a {c}" for c in ("cat", "dog", "owl")
    ]
    assert told(columns=["title"], template="it's {}!")[0] == "it's my cat!"
    possible = [
        [template.replace("{c}", label) for template in imagenet_templates()] for label in ("cat", "dog", "owl")
    ]
    drawn = [told(class_name="only", template="open_clip", draw=draw)[:3] for draw in range(3)]
    assert all(caption in those for captions in drawn for caption, those in zip(captions, possible, strict=True))
    assert len({tuple(captions) for captions in drawn}) == 3


def test_a_synonym_is_drawn_for_each_sample_and_draw(make_pool, subset, rows, tmp_path):
    (tmp_path / "v.csv").write_text("concept,synonyms\ncat,cat|kitten|tom\n")
    pool = {"web": make_pool(["cat"] * 300)}
    settings = PLAIN | {"class_name": "only", "synonyms": True, "vocabulary": tmp_path / "v.csv"}
    first, again, other = (
        [row["caption"] for row in rows(subset("c", pool, draw=draw, **settings)).values()] for draw in (0, 0, 1)
    )
    assert first == again != other
    counted = Counter(first)
    assert set(counted) == {"cat", "kitten", "tom"} and min(counted.values()) > 60
    with pytest.raises(UserError, match="synonyms: the vocabulary has no concept 'dog'"):
        subset("c", {"web": make_pool(["dog"])}, **settings)


def test_shuffling_hands_every_caption_to_someone_else_s_image(make_pool, subset, rows):
    pool = {"web": make_pool([f"label{number}" for number in range(200)])}
    before = [row["caption"] for row in rows(subset("c", pool, **PLAIN)).values()]
    after = [row["caption"] for row in rows(subset("c", pool, **PLAIN | {"shuffle": True})).values()]
    assert sorted(after) == sorted(before)
    assert sum(one == other for one, other in zip(before, after, strict=True)) < 10


def test_images_labels_and_weights_stay(pool, subset, rows):
    before, after = rows(subset("a", pool, method="all")), rows(subset("c", pool, **PLAIN | {"template": "a {}"}))
    for row in (*before.values(), *after.values()):
        row.pop("caption")
    assert before == after


def test_a_column_that_is_not_there_is_named(told):
    with pytest.raises(UserError, match="columns: no column 'alt'; there are uid"):
        told(columns=["alt"])
