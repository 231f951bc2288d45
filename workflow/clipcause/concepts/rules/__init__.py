"""The match rules by name: when does a caption mention a concept?

lemma          Wen et al. 2024: all lemmas of a synonym occur, anywhere in the caption
phrase         Wen et al. 2024, `-Classification` pools: a synonym occurs as whole words, in any case
phrase-cased   Fang et al. 2022: the same, case and all
substring      Xu et al. 2024 (MetaCLIP): a synonym occurs between spaces, punctuation being set apart first
"""

from collections.abc import Callable

from clipcause.concepts.lemmatizers import Lemmatizer
from clipcause.concepts.rules.lemma import LemmaRule
from clipcause.concepts.rules.phrase import PhraseRule
from clipcause.concepts.rules.rule import MatchRule
from clipcause.concepts.rules.substring import SubstringRule

MATCH_RULES: dict[str, Callable[[Lemmatizer | None], MatchRule]] = {
    "lemma": LemmaRule,
    "phrase": lambda lemmatizer: PhraseRule(cased=False),
    "phrase-cased": lambda lemmatizer: PhraseRule(cased=True),
    "substring": lambda lemmatizer: SubstringRule(),
}
"""From a name to a function of the lemmatiser (None for rules that need none)."""
