"""Rules `phrase` and `phrase-cased`: a synonym occurs literally, at word boundaries.

The first is how Wen et al. 2024 make their `-Classification` pools (`\\b(synonym)\\b`, ignoring case), the second how
Fang et al. 2022 search captions for class names.
"""

from collections.abc import Iterable, Iterator
from string import ascii_letters, digits

from clipcause.concepts.rules.rule import LOWER, Pattern, byte_table, over

WORD = r"[\p{L}\p{N}_]+"  # what `\w+` matches in Python


class PhraseRule:
    """Words are runs of letters, digits and underscores of any script.

    A phrase matches where it stands as it is written, spaces and punctuation included, and its first and last words
    are whole words there: `hot dog` is in `a hot dog!`, not in `hot dogs` nor in `hot-dog`.
    """

    def __init__(self, cased: bool) -> None:
        self._text = "{text}" if cased else LOWER
        self.ascii_words = byte_table(f"{ascii_letters}{digits}_", lower=not cased)
        self.other_words = f"regexp_replace({self._text}, '{WORD.replace('[', '[^', 1)}', ' ', 'g')"
        unmarked = f"replace({self._text}, chr(1), chr(2))"  # chr(1) marks the edges of words alone
        self.searched = f"regexp_replace({unmarked}, '{WORD}', chr(1) || '\\0' || chr(1), 'g')"

    def needle(self, phrase: str) -> str:
        """See MatchRule; words are enclosed as in the captions, so that only whole ones are found."""
        return over(self.searched, phrase)

    def synonym(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """See MatchRule."""
        if words:
            alone = needle == f"\1{words[0]}\1"
            yield Pattern(frozenset(words), None if alone else needle)

    def excluded(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """See MatchRule."""
        return self.synonym(phrase, words, needle)

    def forms(self, word: str) -> Iterable[str]:
        """See MatchRule."""
        return (word,)
