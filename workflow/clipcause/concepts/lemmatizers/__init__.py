"""Lemmatisers by name: each says which words have the same lemma as a given one.

A vocabulary has some thousand words, a pool's captions have millions. So words are not reduced to lemmas where they
occur; the words of the vocabulary are expanded, once, to all forms that share their lemma.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from clipcause.concepts.lemmatizers.plurals import Plurals
from clipcause.concepts.lemmatizers.wordnet import WordNet


class Lemmatizer(Protocol):
    """`forms` gives every word (letters a-z) that has the same lemma as `word`, itself included."""

    def forms(self, word: str) -> set[str]: ...


LEMMATIZERS: dict[str, Callable[[Path | None], Lemmatizer]] = {
    "plurals": lambda folder: Plurals(),
    "wordnet": WordNet,
}
"""From a name to a function of WordNet's folder (None: wherever it is installed)."""
