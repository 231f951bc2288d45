"""Words: right, wrong and wordless in their shares, and true about what they tell."""

import csv
import re
from dataclasses import replace

import pytest

from clipcause.miniweb.captions import full_captions, write
from clipcause.miniweb.scene import Scene, Wish, draw_scene
from clipcause.miniweb.streams import PAGE, PICTURE, generator
from clipcause.miniweb.vocabulary import write_vocabulary
from clipcause.miniweb.words import CLASSES, CONCEPTS, FURTHER

DRAWS = 2000
FOUR_SIGMA = 4 * 0.5 / DRAWS**0.5


def named(text: str) -> set[str]:
    """The objects that a text names, found the slow way."""
    return {
        concept.name
        for concept in CONCEPTS.values()
        if any(re.search(rf"\b{name}\b", text) for name in concept.names)
        and not any(phrase in text for phrase in concept.excluded)
    }


@pytest.fixture(scope="module")
def pairs(small):
    scenes = [draw_scene(generator(0, "words", n, PICTURE), small, Wish()) for n in range(DRAWS)]
    return [(scene, write(generator(0, "words", n, PAGE), scene, small)) for n, scene in enumerate(scenes)]


def test_right_captions_name_the_object_or_none_and_wrong_ones_another(pairs):
    for scene, text in pairs:
        objects = named(text.caption)
        assert objects <= {scene.concept} if text.right else len(objects) == 1 and scene.concept not in objects


def test_shares_are_those_of_the_settings(pairs, small):
    wrong = sum(not text.right for _, text in pairs) / DRAWS
    wordless = sum(not named(text.caption) for _, text in pairs) / DRAWS
    assert wrong == pytest.approx(small.wrong_captions, abs=FOUR_SIGMA)
    assert wordless == pytest.approx(small.wordless_captions, abs=FOUR_SIGMA)


def test_details_are_true_and_met_in_their_share(pairs, small):
    told = 0
    for scene, text in pairs:
        if ribbon := re.search(r"a (\w+) ribbon", text.caption):
            assert ribbon[1] == scene.attribute
        told += any(word in text.caption for word in (scene.colour, scene.place, "ribbon"))
    assert 0.5 * small.detail_share < told / DRAWS < small.detail_share + FOUR_SIGMA


@pytest.mark.parametrize(
    ("concept", "words"), [("cup", ["cup", "cups", "mug", "mugs"]), ("tree", ["tree", "oak", "oaks", "plane tree"])]
)
def test_synonyms_plurals_and_homonyms_are_used(concept, words, small):
    scene = Scene(concept, "sketch", None, "red", "blue", "at night")
    captions = " ".join(write(generator(0, "names", n, PAGE), scene, small).caption for n in range(300))
    assert [word for word in words if re.search(rf"\b{word}\b", captions)] == words


def test_the_article_fits_the_word(small):
    scene = Scene("apple", "sketch", None, "red", "blue", "at night")
    texts = [
        write(generator(0, "article", n, PAGE), scene, replace(small, wrong_captions=0.0)).caption for n in range(200)
    ]
    assert any("an apple" in text for text in texts)
    assert not any("a apple" in text for text in texts)


def test_full_captions_tell_all_and_differ():
    scene = Scene("boat", "photo", "teal", "red", "blue", "in the snow")
    captions = full_captions(generator(0, "full", 0, PAGE), scene)
    assert len(set(captions)) == len(captions) >= 4
    assert all("red" in text and "in the snow" in text and "teal ribbon" in text for text in captions)


def test_vocabularies_are_complete_and_name_nothing_twice(tmp_path):
    write_vocabulary(tmp_path / "classes.csv", CLASSES)
    rows = list(csv.DictReader((tmp_path / "classes.csv").open()))
    assert [row["concept"] for row in rows] == [concept.name for concept in CLASSES]
    assert next(row for row in rows if row["concept"] == "fish")["synonyms"] == "fish|trout|trouts"
    assert next(row for row in rows if row["concept"] == "airplane")["excluded"] == "plane tree|plane trees"
    assert len(CLASSES) >= 24
    names = [name for concept in CLASSES + FURTHER for name in concept.names]
    assert len(names) == len(set(names))
    assert all(concept.definition for concept in CLASSES + FURTHER)
