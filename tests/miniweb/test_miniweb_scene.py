"""Contents are drawn with the frequencies that the settings state, and wishes fix what they name and no more."""

from dataclasses import asdict, replace

import pytest

from clipcause.miniweb.scene import STYLES, Wish, class_shares, draw_scene, gold_share
from clipcause.miniweb.streams import PAGE, PICTURE, generator
from clipcause.miniweb.words import ATTRIBUTE_VALUES, CLASSES, FURTHER

CLASSNAMES = {concept.name for concept in CLASSES}
DRAWS = 4000
FOUR_SIGMA = 4 * 0.5 / DRAWS**0.5


@pytest.fixture(scope="module")
def scenes(small):
    return [draw_scene(generator(1, "many", number, PICTURE), small, Wish()) for number in range(DRAWS)]


def test_class_shares_follow_zipf_and_the_seed_ranks_the_classes():
    shares = list(class_shares(0, 1.0).values())
    assert shares[0] / shares[1] == pytest.approx(2)
    assert shares[0] / shares[23] == pytest.approx(24)
    assert sum(shares) == pytest.approx(1)
    assert list(class_shares(0, 1.0)) != list(class_shares(1, 1.0))


def test_classes_are_met_as_often_as_their_shares(scenes, small):
    for name, share in class_shares(small.seed, small.zipf_exponent).items():
        met = sum(scene.concept == name for scene in scenes) / DRAWS
        assert met == pytest.approx(share * (1 - small.further_share), abs=FOUR_SIGMA)


def test_every_further_object_and_every_style_is_met(scenes, small):
    met = [scene.concept for scene in scenes if scene.concept not in CLASSNAMES]
    assert set(met) == {concept.name for concept in FURTHER}
    assert len(met) / DRAWS == pytest.approx(small.further_share, abs=FOUR_SIGMA)
    for style in STYLES:
        assert sum(scene.style == style for scene in scenes) / DRAWS == pytest.approx(1 / 6, abs=FOUR_SIGMA)


def test_ribbons_are_absent_in_a_share_and_gold_leans_to_every_other_class(scenes, small):
    with_ribbon = [scene for scene in scenes if scene.attribute]
    assert len(with_ribbon) / DRAWS == pytest.approx(small.attribute_share, abs=FOUR_SIGMA)
    assert sorted({gold_share(concept.name, small) for concept in CLASSES}) == pytest.approx([0.3, 0.9])
    for side in (0.9, 0.3):
        group = [scene for scene in with_ribbon if gold_share(scene.concept, small) == pytest.approx(side)]
        gold = sum(scene.attribute == "gold" for scene in group) / len(group)
        assert gold == pytest.approx(side, abs=4 * 0.5 / len(group) ** 0.5)


def test_a_wish_fixes_what_it_names_and_leaves_the_rest(small):
    for number in range(50):
        free = draw_scene(generator(1, "w", number, PICTURE), small, Wish())
        bound = draw_scene(generator(1, "w", number, PICTURE), small, Wish(attribute="teal"))
        assert asdict(bound) == asdict(free) | {"attribute": "teal"}
        neutral = draw_scene(
            generator(1, "w", number, PICTURE), small, Wish(concept="key", neutral=True, style="photo")
        )
        assert (neutral.concept, neutral.attribute, neutral.style) == ("key", None, "photo")


def test_ribbons_tell_nothing_about_the_class_where_they_are_not_associated(small):
    always = replace(small, attribute_share=1.0)
    wish = Wish(concept="house", associated=False)
    values = [draw_scene(generator(2, "w", n, PICTURE), always, wish).attribute for n in range(DRAWS)]
    assert set(values) == set(ATTRIBUTE_VALUES)
    assert values.count("gold") / DRAWS == pytest.approx(small.attribute_mean, abs=FOUR_SIGMA)


def test_streams_numbers_and_purposes_are_independent():
    firsts = {
        generator(s, t, n, p).random() for s in (0, 1) for t in ("a", "b") for n in (0, 1) for p in (PICTURE, PAGE)
    }
    assert len(firsts) == 16
