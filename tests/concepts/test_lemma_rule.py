"""Rule `lemma`: all lemmas of a synonym occur, in any order; one word of what is excluded rules a match out."""

import pytest
from hypothesis import given, settings
from made_cases import cases
from slow_rules import CONTRACTIONS, found, found_slowly, lemma_rule, mentions, slow_morphy

from clipcause.concepts.lemmatizers import Plurals
from clipcause.concepts.vocabulary import Concept

WORDS = (
    *(
        "dog",
        "dogs",
        "Dogs",
        "dogma",
        "hotdog",
        "hot",
        "wolf",
        "wolves",
        "wolfs",
        "man",
        "men",
        "woman",
        "children",
        "child",
    ),
    *("glass", "glasses", "knife", "knives", "fox", "foxes", "baby", "babies", "bus", "news", "can", "not", "go", "me"),
    *("gon", "na", "nas", "me", "gim", *CONTRACTIONS, "Cannot", "cannots", "GONNA", "boss", "bosses", "axes", "a"),
    *("café", "Über", "straße", "İron", "\u212aelvin", "kelvin", "ΣΊΣΥΦΟΣ", "狗", "🐕", "e\u0301clair", "eclair"),
)


@given(case=cases(WORDS))
@settings(max_examples=30, deadline=None)
def test_equals_the_slow_rule_with_plurals(case):
    captions, concepts, sampled = case
    plurals = Plurals()
    slow = lemma_rule(lambda word, wanted: word in plurals.forms(wanted))
    expected = found_slowly(slow, captions, concepts)
    assert found("lemma", captions, concepts, plurals, captions[:sampled]) == expected


@given(case=cases(WORDS))
@settings(max_examples=30, deadline=None)
def test_equals_the_slow_rule_with_wordnet(wordnet, morphy, case):
    captions, concepts, sampled = case
    slow = lemma_rule(lambda word, wanted: morphy(word) == morphy(wanted))
    expected = found_slowly(slow, captions, concepts)
    assert found("lemma", captions, concepts, wordnet, captions[:sampled]) == expected


@pytest.fixture(scope="module")
def morphy(wordnet_folder):
    return slow_morphy(wordnet_folder)


BY_EYE = [
    ("Two DOGS, running", "dog", True),
    ("a dog", "dogs", True),
    ("dogma", "dog", False),
    ("hotdog", "hot dog", False),
    ("a dog that is hot", "hot dog", True),  # any order, any place
    ("a hot-dog", "hot dog", True),
    ("a hot cat", "hot dog", False),
    ("the dog’s bone", "dog", True),
    ("dog7", "dog", True),  # a digit separates
    ("dog_house", "dog", True),
    ("a café", "cafe", False),
    ("a café", "caf", True),
    ("500 \u212a", "k", True),  # the Kelvin sign is a k in lower case
    ("I cannot see", "can", True),
    ("I cannot see", "not", True),
    ("I cannot see", "cannot", True),
    ("I can see, not hear", "cannot", True),
    ("we're gonna go", "gon", True),
    ("cannots", "can", False),
    ("cannot", "cannots", False),  # a caption's `cannot` is two words, of which neither is `cannots`
    ("gonna", "gonnas", False),
    ("三只狗", "狗", False),  # no letters a-z: such a synonym never matches
    ("7 up", "7", False),
    ("7 up", "7 up", True),
    ("", "dog", False),
]


def test_by_eye():
    found_ones = mentions("lemma", [row[:2] for row in BY_EYE], Plurals())
    assert [(*row[:2], each) for row, each in zip(BY_EYE, found_ones, strict=True)] == BY_EYE


@pytest.mark.parametrize("rare", ["hot", "big", "dog"])
def test_whichever_word_is_rarest_all_must_occur(rare):
    sample = [each for each in ("hot", "big", "dog") if each != rare] * 5
    captions = [
        "big dogs, hot",
        "hot dogma, big",
        "big shot dog",
        "bigger hot dog",
        "a hot dog",
        "a big dog",
        "big, hot",
    ]
    concepts = [Concept("it", "it", ("big hot dog",)), Concept("other", "other", ("hot dog",))]
    expected = {(0, 0), (0, 1), (3, 1), (4, 1)}
    assert found("lemma", captions, concepts, Plurals(), sample) == expected


@pytest.mark.parametrize(("contraction", "cut"), CONTRACTIONS.items())
def test_a_contraction_is_its_two_parts(contraction, cut):
    first, second = contraction[:cut], contraction[cut:]
    rows = [(contraction, first), (contraction, second), (contraction, contraction), (f"{second} {first}", contraction)]
    rows += [(first, contraction), (second, contraction), (f"{contraction}x", first), (f"{contraction}x", second)]
    assert mentions("lemma", rows, Plurals()) == [True] * 4 + [False] * 4


def test_any_single_word_of_what_is_excluded_rules_out():
    captions = {
        "a crane over a building": True,
        "a crane and its wings": False,
        "a crane, with much ado": True,
        "a crane at the zoo": False,  # one word of `city zoo` suffices
        "a crane in the city": False,
        "a CRANE and BIRDS": False,
    }
    rows = [(caption, "crane") for caption in captions]
    assert mentions("lemma", rows, Plurals(), ["bird", "wing", "city zoo"]) == list(captions.values())


def test_a_veto_is_of_its_concept_alone():
    concepts = [Concept("machine", "machine", ("crane",), ("bird",)), Concept("bird", "bird", ("crane", "bird"))]
    assert found("lemma", ["a crane, a bird"], concepts, Plurals()) == {(0, 1)}


def test_wordnet_reduces_what_spelling_cannot(wordnet):
    rows = [("two aardwolves", "aardwolf"), ("wineglasses", "wineglass"), ("indices", "index"), ("phyla", "phylum")]
    assert mentions("lemma", rows, wordnet) == [True] * 4
    assert mentions("lemma", rows, Plurals()) == [True, True, False, False]
