"""Rule `substring` (Xu et al. 2024, MetaCLIP): a synonym occurs between spaces, in its own case."""

from collections.abc import Iterable, Iterator

from clipcause.concepts.rules.rule import Pattern, byte_table

SET_APART = ",.;:?!`"
WHITE = "\t\n\r"


class SubstringRule:
    """` synonym ` is sought in ` caption `, in which , . ; : ? ! ` stand between spaces and every white space is one.

    Synonyms are taken as they are: one with such a punctuation mark attached (`St. Louis`) is never found.
    """

    ascii_words = byte_table("".join(map(chr, range(128))).translate({ord(c): None for c in SET_APART + WHITE}), False)
    ascii_words = ascii_words[:128] + bytes(range(128, 256))
    other_words = None

    searched = "{text}"
    for mark in SET_APART:
        searched = f"replace({searched}, '{mark}', ' {mark} ')"
    for mark in WHITE:
        searched = f"replace({searched}, chr({ord(mark)}), ' ')"
    searched = f"(' ' || {searched} || ' ')"

    def needle(self, phrase: str) -> str:
        """See MatchRule."""
        return f"(' ' || {phrase} || ' ')"

    def synonym(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """See MatchRule."""
        tokens = phrase.split(" ")
        if not any(mark in token and token != mark for token in tokens for mark in SET_APART + WHITE):
            yield Pattern(frozenset(words), None if tokens == words[:1] else needle)

    def excluded(self, phrase: str, words: list[str], needle: str) -> Iterator[Pattern]:
        """See MatchRule."""
        return self.synonym(phrase, words, needle)

    def forms(self, word: str) -> Iterable[str]:
        """See MatchRule."""
        return (word,)
