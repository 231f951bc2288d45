"""The match rules as plain loops, each written from its paper's definition; and the search that is compared with them.

Nothing here comes from the package's rules: a caption is looked at character by character.
"""

import atexit
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from clipcause.concepts.matcher import Matcher
from clipcause.concepts.rules import MATCH_RULES
from clipcause.concepts.vocabulary import Concept
from clipcause.database import connect

CONTRACTIONS = {"cannot": 3, "gimme": 3, "gonna": 3, "gotta": 3, "lemme": 3, "wanna": 3}
"""From a contraction to the length of its first part."""

Matches = Callable[[str, Concept], bool]
"""Whether a caption mentions a concept."""


def letter_words(text: str) -> list[str]:
    """Lower case, all but a-z a space, contractions parted: `You cannot!` -> you, can, not."""
    words = "".join(letter if "a" <= letter <= "z" else " " for letter in text.lower()).split()
    cut = ((word, CONTRACTIONS.get(word, len(word))) for word in words)
    return [part for word, place in cut for part in (word[:place], word[place:]) if part]


def lemma_rule(same: Callable[[str, str], bool]) -> Matches:
    """Rule `lemma`; `same` tells whether a caption's word has the lemma of a vocabulary's word."""

    def matches(caption: str, concept: Concept) -> bool:
        words = letter_words(caption)

        def occurs(wanted: str) -> bool:
            return any(same(word, wanted) for word in words)

        synonyms = [letter_words(synonym) for synonym in concept.synonyms]
        excluded = [word for phrase in concept.excluded for word in letter_words(phrase)]
        found = any(wanted and all(occurs(word) for word in wanted) for wanted in synonyms)
        return found and not any(occurs(word) for word in excluded)

    return matches


def phrase_rule(cased: bool) -> Matches:
    """Rules `phrase` and `phrase-cased`: literally, with no letter, number or underscore before and after."""

    def folded(text: str) -> str:
        return text if cased else text.lower().replace("ς", "σ")

    def of_word(text: str, place: int) -> bool:
        return 0 <= place < len(text) and (text[place].isalnum() or text[place] == "_")

    def stands_at(text: str, phrase: str, place: int) -> bool:
        end = place + len(phrase)
        cut_in_front = of_word(phrase, 0) and of_word(text, place - 1)
        cut_behind = of_word(phrase, len(phrase) - 1) and of_word(text, end)
        return text[place:end] == phrase and not cut_in_front and not cut_behind

    def holds(caption: str, phrase: str) -> bool:
        has_words = any(of_word(phrase, place) for place in range(len(phrase)))
        return has_words and any(stands_at(caption, phrase, place) for place in range(len(caption)))

    def matches(caption: str, concept: Concept) -> bool:
        text = folded(caption)
        found, excluded = (any(holds(text, folded(phrase)) for phrase in of) for of in phrases(concept))
        return found and not excluded

    return matches


def substring_rule() -> Matches:
    """Rule `substring`: between spaces, in its own case, in captions whose punctuation is set apart."""

    def spaced(caption: str) -> str:
        apart = "".join(f" {letter} " if letter in ",.;:?!`" else letter for letter in f" {caption} ")
        return "".join(" " if letter in "\t\n\r" else letter for letter in apart)

    def matches(caption: str, concept: Concept) -> bool:
        text = spaced(caption)
        found, excluded = (any(f" {phrase} " in text for phrase in of) for of in phrases(concept))
        return found and not excluded

    return matches


def phrases(concept: Concept) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its synonyms, and what is excluded."""
    return concept.synonyms, concept.excluded


def found_slowly(matches: Matches, captions: Sequence[str | None], concepts: Sequence[Concept]) -> set[tuple[int, int]]:
    """Pairs of a caption's place and a concept's place."""
    return {
        (at, number)
        for at, caption in enumerate(captions)
        for number, concept in enumerate(concepts)
        if caption is not None and matches(caption, concept)
    }


def found(
    rule: str,
    captions: Sequence[str | None],
    concepts: Sequence[Concept],
    lemmatizer: object = None,
    sample: Sequence[str | None] | None = None,
) -> set[tuple[int, int]]:
    """What the package finds, as such pairs, each of which must stand once."""
    sample = captions if sample is None else sample
    database = _database()
    for (table,) in database.execute("SHOW TABLES").fetchall():
        database.execute(f"DROP TABLE {table}")
    matcher = Matcher(database, concepts, MATCH_RULES[rule](lemmatizer), pa.array(sample, pa.string()))
    ones = matcher.find(pa.array(captions, pa.string()))
    pairs = list(zip(ones.captions.tolist(), ones.concepts.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    return set(pairs)


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Opening one takes longer than most searches; all share it, until Python ends."""
    atexit.register(_database.cache_clear)
    return connect(threads=1)


def mentions(
    rule: str, rows: Iterable[tuple[str, str]], lemmatizer: object = None, excluded: Iterable[str] = ()
) -> list[bool]:
    """For each caption and phrase whether the package finds the phrase in the caption."""
    captions, synonyms = zip(*rows, strict=True)
    concepts = [Concept(each, each, (each,), tuple(excluded)) for each in synonyms]
    pairs = found(rule, captions, concepts, lemmatizer)
    return [(place, place) in pairs for place in range(len(captions))]


def slow_morphy(folder: Path) -> Callable[[str], str]:
    """The function from a word to its lemma that NLTK's WordNetLemmatizer is, over the files in `folder`."""
    nouns, exceptions = set(), {}
    with open(folder / "index.noun", encoding="utf-8") as file:
        for line in file:
            if line[0] != " ":
                nouns.add(line.split()[0])
    with open(folder / "noun.exc", encoding="utf-8") as file:
        for line in file:
            word, *lemmas = line.split()
            exceptions[word] = lemmas
    endings = ["s:", "ses:s", "ves:f", "xes:x", "zes:z", "ches:ch", "shes:sh", "men:man", "ies:y"]

    def lemma(word: str) -> str:
        forms = [word]
        if word in exceptions:
            forms += exceptions[word]
        else:
            for rule in endings:
                old, new = rule.split(":")
                if word.endswith(old):
                    forms.append(word[: len(word) - len(old)] + new)
        known = [form for form in forms if form in nouns]
        shortest = word
        for place, form in enumerate(known):
            if place == 0 or len(form) < len(shortest):
                shortest = form
        return shortest

    return lemma
