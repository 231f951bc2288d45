"""Each of Unicode's code points: between words, after them, and in its other case."""

import re
import sys
import unicodedata

import pytest
from slow_rules import found

from clipcause.concepts.lemmatizers import Plurals
from clipcause.concepts.vocabulary import Concept

SYNONYMS = ("a", "dog", "b dog")
PLURALS = Plurals()
FORMS = {word: PLURALS.forms(word) for synonym in SYNONYMS for word in synonym.split()}


@pytest.fixture(scope="module")
def code_points():
    """All but surrogates, which no text holds, and those not assigned in this Python's version of Unicode."""
    every = map(chr, (*range(0xD800), *range(0xE000, sys.maxunicode + 1)))
    letters = [letter for letter in every if unicodedata.category(letter) != "Cn"]
    assert len(letters) > 280_000
    return letters


def by_lemmas(caption, synonym):
    words = set(re.findall("[a-z]+", caption.lower()))
    return all(words & FORMS[word] for word in synonym.split())


def by_phrase(caption, synonym):
    return re.search(rf"\b{synonym}\b", caption.lower())


def by_phrase_cased(caption, synonym):
    return re.search(rf"\b{synonym}\b", caption)


def by_substring(caption, synonym):
    return f" {synonym} " in re.sub("[\t\n\r]", " ", re.sub(r"([,.;:?!`])", r" \1 ", f" {caption} "))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("lemma", by_lemmas), ("phrase", by_phrase), ("phrase-cased", by_phrase_cased), ("substring", by_substring)],
)
def test_it_separates_words_or_does_not(code_points, rule, expected):
    captions = [f"a{letter}b dog{letter}" for letter in code_points]
    concepts = [Concept(synonym, synonym, (synonym,)) for synonym in SYNONYMS]
    pairs = found(rule, captions, concepts, PLURALS if rule == "lemma" else None, captions[:1000])
    wrong = [
        (hex(ord(letter)), synonym)
        for at, (letter, caption) in enumerate(zip(code_points, captions, strict=True))
        for number, synonym in enumerate(SYNONYMS)
        if ((at, number) in pairs) != bool(expected(caption, synonym))
    ]
    assert wrong == []


def test_it_is_found_in_its_other_cases(code_points):
    letters = [
        each for each in code_points if {each.lower(), each.upper()} != {each} and each.isalnum() and each != "İ"
    ]
    assert len(letters) > 2_700
    concepts = [Concept(letter, letter, (letter,)) for letter in letters]
    captions = [f"dog {letter} dog" for letter in letters]
    folded = [letter.lower().replace("ς", "σ") for letter in letters]
    places = {lower: [place for place, each in enumerate(folded) if each == lower] for lower in set(folded)}
    expected = {(at, number) for at, lower in enumerate(folded) for number in places[lower]}
    assert found("phrase", captions, concepts) == expected
    assert found("phrase-cased", captions, concepts) == {(place, place) for place in range(len(letters))}


def test_the_one_letter_whose_lower_case_is_two():
    both = [Concept(each, each, (each,)) for each in ("i", "i\u0307", "İ", "I")]
    assert found("phrase", ["dog İ dog", "dog i dog"], both) == {(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 3)}
    assert found("phrase-cased", ["dog İ dog"], both) == {(0, 2)}
