"""What a match rule is: how a caption falls into words, and what must be found of a phrase."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Pattern:
    """What makes a caption match: it holds all `words`, and the text that is searched in it contains `needle`.

    Without words every caption is searched; without a needle the words suffice.
    """

    words: frozenset[str]
    needle: str | None = None


class MatchRule(Protocol):
    """A rule that tells whether a caption matches a phrase. SQL is over a text column that is never NULL."""

    ascii_words: bytes
    """For each of the 256 bytes, what an ASCII caption has in its place so that spaces alone separate its words."""

    other_words: str | None
    """SQL template over `{text}` that does so for captions with other letters; None where the bytes suffice."""

    searched: str
    """SQL template over `{text}`: what the needle of a pattern must be contained in."""

    def needle(self, phrase: str) -> str:
        """SQL of the text to be found for a phrase, given as SQL."""

    def synonym(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """The pattern of a synonym that falls into `words`; none if no caption can match it."""

    def excluded(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """The patterns of an excluded phrase, each of which rules a match out."""

    def forms(self, word: str) -> Iterable[str]:
        """The words that count as `word` where they occur in a caption."""


def over(template: str, text: str) -> str:
    """The SQL of a template over `text`."""
    return template.replace("{text}", text)


def byte_table(kept: str, lower: bool) -> bytes:
    """A table for `MatchRule.ascii_words`: ASCII characters in `kept` stay, all else becomes a space."""
    table = bytearray(b" " * 256)
    for character in kept:
        table[ord(character)] = ord(character.lower() if lower else character)
    return bytes(table)


LOWER = "replace(lower(replace({text}, 'İ', 'i̇')), 'ς', 'σ')"
"""SQL template: the text in lower case. Both forms of the Greek sigma are one, and İ keeps its dot, as in Python."""
