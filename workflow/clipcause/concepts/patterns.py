"""The patterns of a vocabulary under a rule: what each concept is found by, and what rules it out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from clipcause.concepts.rules import MatchRule
from clipcause.concepts.rules.rule import Pattern
from clipcause.concepts.vocabulary import Concept
from clipcause.job.command import log


@dataclass(frozen=True)
class ConceptPattern:
    """A pattern of a concept, by its number; a veto rules the concept out where it matches.

    `run` holds the words of the phrase that stand side by side with but one character in between, in the longest run.
    """

    concept: int
    veto: bool
    pattern: Pattern
    run: str

    @property
    def simple(self) -> bool:
        """Whether one word decides."""
        return len(self.pattern.words) == 1 and self.pattern.needle is None


Cut = Callable[[list[str]], list[tuple[list[str], str]]]
"""From phrases to the words that each falls into, empty where two separators meet, and its needle."""


def concept_patterns(concepts: Sequence[Concept], rule: MatchRule, cut: Cut) -> list[ConceptPattern]:
    """The patterns of all synonyms and exclusions. Phrases that can match no caption are logged."""
    phrases = list(_phrases(concepts))
    patterns, useless = [], []
    for (concept, veto, phrase), (words, needle) in zip(phrases, cut([each for *_, each in phrases]), strict=True):
        run = max((" ".join(run) for some, run in groupby(words, bool) if some), key=len, default="")
        words = [word for word in words if word]
        made = list(rule.excluded(phrase, words, needle) if veto else rule.synonym(phrase, words, needle))
        patterns += [ConceptPattern(concept, veto, each, run) for each in made]
        if not made:
            useless.append(phrase)
    if useless:
        log.warning("%d phrases can match no caption by this rule, such as %r", len(useless), useless[0])
    return patterns


def _phrases(concepts: Sequence[Concept]) -> Iterator[tuple[int, bool, str]]:
    for number, concept in enumerate(concepts):
        yield from ((number, False, phrase) for phrase in concept.synonyms)
        yield from ((number, True, phrase) for phrase in concept.excluded)
