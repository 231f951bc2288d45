"""English nouns and their plurals, by spelling: the lemmatiser that needs no data.

Counted over the captions of Flickr8k, its frequencies of the 1,000 ImageNet classes agree with WordNet's as
tests/concepts/test_paper_counts.py states. Where spelling leaves a choice (`wolf`: wolves or wolfs) both are taken.
"""

IRREGULAR = {
    "child": "children",
    "die": "dice",
    "foot": "feet",
    "goose": "geese",
    "louse": "lice",
    "mouse": "mice",
    "ox": "oxen",
    "person": "people",
    "tooth": "teeth",
}
SINGULAR_OF = {plural: singular for singular, plural in IRREGULAR.items()}
NO_PLURALS = {"news", "lens", "series", "species"}
"""They end in s and are singular; other words that do are told by -ss, -us and -is."""


class Plurals:
    """A word has the same lemma as its plural and as its singular."""

    def forms(self, word: str) -> set[str]:
        """The word, its plurals, its singulars and theirs: `wolves` -> wolves, wolf, wolfs."""
        singulars = _singulars(word)
        plurals = _plurals(word).union(*map(_plurals, singulars))
        return {word} | singulars | (plurals - NO_PLURALS)


def _plurals(noun: str) -> set[str]:
    for ending in IRREGULAR:
        if noun.endswith(ending) and (noun == ending or len(noun) > len(ending) + 2):
            return {noun.removesuffix(ending) + IRREGULAR[ending]}
    if noun.endswith("man"):
        return {f"{noun[:-3]}men", f"{noun}s"}
    if noun.endswith("is"):
        return {f"{noun[:-2]}es"}
    if noun.endswith("us"):
        return {f"{noun}es", f"{noun[:-2]}i"}
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return {f"{noun}es"}
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return {f"{noun[:-1]}ies"}
    if noun.endswith("o"):
        return {f"{noun}s", f"{noun}es"}
    if noun.endswith(("f", "fe")):
        return {f"{noun}s", f"{noun.removesuffix('e')[:-1]}ves"}
    return {f"{noun}s"}


def _singulars(word: str) -> set[str]:
    """The words of which this is a plural."""
    if (len(word) < 4 and word != "men") or word in NO_PLURALS or word.endswith(("ss", "us", "is")):
        return set()
    stems = {word[:-1], word[:-2], f"{word[:-2]}is", f"{word[:-1]}us", f"{word[:-3]}y"}
    stems |= {f"{word[:-3]}f", f"{word[:-3]}fe", f"{word[:-3]}man"}
    stems |= {word.removesuffix(plural) + singular for plural, singular in SINGULAR_OF.items() if word.endswith(plural)}
    return {stem for stem in stems if stem and word in _plurals(stem)}
