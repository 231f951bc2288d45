"""Rule `lemma` (Wen et al. 2024, appendix on concept frequency): a synonym matches when all of its lemmas occur."""

from collections.abc import Iterable, Iterator
from string import ascii_letters

from clipcause.concepts.lemmatizers import Lemmatizer
from clipcause.concepts.rules.rule import LOWER, Pattern, byte_table

CONTRACTIONS = {
    "cannot": ("can", "not"),
    "gimme": ("gim", "me"),
    "gonna": ("gon", "na"),
    "gotta": ("got", "ta"),
    "lemme": ("lem", "me"),
    "wanna": ("wan", "na"),
}
"""What NLTK's Treebank tokenizer parts, of all that consists of letters alone."""


class LemmaRule:
    """Captions in lower case, letters a-z only (all else separates), as a set of lemmas.

    A synonym matches when all of its lemmas occur, in any order and place; a concept is ruled out by any single
    word of any of its excluded phrases, lemmatised too.
    """

    ascii_words = byte_table(ascii_letters, lower=True)
    other_words = f"regexp_replace({LOWER}, '[^a-z]+', ' ', 'g')"
    searched = "{text}"

    def __init__(self, lemmatizer: Lemmatizer) -> None:
        self._lemmatizer = lemmatizer

    def needle(self, phrase: str) -> str:
        """See MatchRule; the words suffice."""
        return phrase

    def synonym(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """See MatchRule."""
        return iter([Pattern(frozenset(_parted(words)))] if words else [])

    def excluded(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """See MatchRule."""
        return (Pattern(frozenset([word])) for word in _parted(words))

    def forms(self, word: str) -> Iterable[str]:
        """The words with the lemma of `word`, and the contractions that hold one of them: not -> not, cannot."""
        forms = self._lemmatizer.forms(word)
        whole = (contraction for contraction, parts in CONTRACTIONS.items() if forms.intersection(parts))
        return (forms - CONTRACTIONS.keys()) | set(whole)


def _parted(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield from CONTRACTIONS.get(word, (word,))
