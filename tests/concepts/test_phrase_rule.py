"""Rules `phrase` and `phrase-cased`: a synonym stands literally, its first and last words whole."""

import re

import pytest
from hypothesis import given, settings
from made_cases import cases
from slow_rules import found, found_slowly, mentions, phrase_rule

from clipcause.concepts.vocabulary import Concept

WORDS = (
    *("dog", "Dog", "DOG", "dogs", "hot", "hot dog", "hot-dog", "hotdog", "dog house", "a", "x-ray", "o'clock", "7up"),
    *("St. Louis", "crane (bird)", "rock & roll", "snake_case", "!", "c++", "dog!", "-dog", "7", "½", "²"),
    *("éclair", "ÉCLAIR", "e\u0301clair", "Über", "über", "straße", "STRASSE", "İstanbul", "i̇stanbul", "istanbul"),
    *("\u212a", "k", "ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφοσ", "ὈΔΥΣΣΕΎΣ", "狗", "大狗", "🐕", "कुत्ता", "ǅ", "ǆ"),
)


@pytest.mark.parametrize("rule", ["phrase", "phrase-cased"])
@given(case=cases(WORDS))
@settings(max_examples=25, deadline=None)
def test_equals_the_slow_rule(rule, case):
    captions, concepts, sampled = case
    expected = found_slowly(phrase_rule(cased=rule == "phrase-cased"), captions, concepts)
    assert found(rule, captions, concepts, sample=captions[:sampled]) == expected


@given(case=cases(("Dog", "dog", "hot", "éclair", "狗", "hot dog", "x-ray", "7up", "a")))
@settings(max_examples=25, deadline=None)
def test_between_words_it_is_the_papers_regular_expression(case):
    captions, concepts, _ = case
    between_words = [Concept("it", "it", tuple(map(without_marks, concept.synonyms))) for concept in concepts]

    def matches(caption, concept):
        return any(re.search(rf"\b({re.escape(synonym)})\b", caption) for synonym in concept.synonyms)

    assert found("phrase-cased", captions, between_words) == found_slowly(matches, captions, between_words)


def without_marks(phrase):
    """A phrase that begins and ends with a word: `(hot dog!` -> `hot dog`."""
    return re.sub(r"^\W+|\W+$", "", phrase) or "dog"


BY_EYE = [  # found by phrase, by phrase-cased
    ("A Dog and another", "dog", True, False),
    ("A Dog and another", "Dog", True, True),
    ("two dogs", "dog", False, False),
    ("dogma", "dog", False, False),
    ("watchdog", "dog", False, False),
    ("dog_house", "dog", False, False),
    ("dog7", "dog", False, False),
    ("my dog's bone", "dog", True, True),
    ("(dog)", "dog", True, True),
    ("a hot dog!", "hot dog", True, True),
    ("a hot-dog stand", "hot dog", False, False),  # literally
    ("a hot  dog", "hot dog", False, False),
    ("a hot\ndog", "hot dog", False, False),
    ("dog hot dog", "hot dog", True, True),
    ("hot hot dog dog", "hot dog", True, True),
    ("shot dog", "hot dog", False, False),
    ("hot dogs", "hot dog", False, False),
    ("an x-ray", "x-ray", True, True),
    ("an x-ray", "x", True, True),
    ("an xray", "x-ray", False, False),
    ("St. Louis", "St. Louis", True, True),
    ("ST. LOUIS", "st. louis", True, False),
    ("Éclairs and an ÉCLAIR", "éclair", True, False),
    ("an e\u0301clair", "éclair", False, False),  # other code points, not normalised
    ("die STRASSE", "straße", False, False),
    ("大狗", "狗", False, False),
    ("大 狗", "狗", True, True),
    ("🐕dog🐕", "dog", True, True),
    ("ὁ ΣΊΣΥΦΟΣ", "σίσυφος", True, False),
    ("İzmir", "i̇zmir", True, False),
    ("İzmir", "izmir", False, False),
    ("5 \u212a", "k", True, False),
    ("", "dog", False, False),
    ("!", "!", False, False),  # what has no word is never found
]


def test_by_eye():
    rows = [row[:2] for row in BY_EYE]
    found_ones = zip(rows, mentions("phrase", rows), mentions("phrase-cased", rows), strict=True)
    assert [(*row, any_case, same_case) for row, any_case, same_case in found_ones] == BY_EYE


def test_a_whole_excluded_phrase_rules_out():
    captions = {
        "a crane over a building": True,
        "a crane at the zoo": True,  # the whole phrase rules out, not one of its words
        "a crane at the City Zoo": False,
        "a crane, a bird": False,
        "a crane, two birds": True,
    }
    rows = [(caption, "crane") for caption in captions]
    assert mentions("phrase", rows, excluded=["bird", "city zoo"]) == list(captions.values())


def test_a_caption_holds_many_concepts():
    concepts = [Concept(each, each, (each,)) for each in ("dog", "hot dog", "hot", "dog house")]
    assert found("phrase", ["hot dog house", None, "a dog", ""], concepts) == {(0, 0), (0, 1), (0, 2), (0, 3), (2, 0)}


def test_no_control_character_stands_for_the_edge_of_a_word():
    assert mentions("phrase", [("dog dog", "\x01 dog"), ("hot dog", "hot \x01"), ("dog\x01", "dog")]) == [
        False,
        False,
        True,
    ]
