"""WordNet's noun morphology, exactly as NLTK's `WordNetLemmatizer` applies it (Miller 1995; `morphy`)."""

import os
from collections import defaultdict
from pathlib import Path

from clipcause.errors import UserError

ENDINGS = (
    *(("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z")),
    *(("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y")),
)
FILES = ("index.noun", "noun.exc")
PLACES = ("/usr/share/wordnet", "/usr/local/share/wordnet", "/usr/share/nltk_data/corpora/wordnet")
REMEDY = "install Debian's wordnet-base, set WNSEARCHDIR to its folder, or fetch it: snakemake --cores 1 wordnet"


class WordNet:
    """A word's lemma is the shortest noun of WordNet among itself and what its ending or exception leads to.

    Endings are taken off once; a word that leads to no noun is its own lemma.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        """Read WordNet's nouns from `folder`, or from where it is installed. Raises UserError if it is not there."""
        folder = find_wordnet(folder)
        nouns = (folder / FILES[0]).read_text(encoding="utf-8").splitlines()
        self._nouns = {line.split(" ", 1)[0] for line in nouns if not line.startswith("  ")}
        exceptions = [line.split() for line in (folder / FILES[1]).read_text(encoding="utf-8").splitlines()]
        self._exceptions = {words[0]: words[1:] for words in exceptions if words}
        self._irregular: dict[str, set[str]] = defaultdict(set)
        for word, lemmas in self._exceptions.items():
            for lemma in lemmas:
                self._irregular[lemma].add(word)

    def __len__(self) -> int:
        """How many nouns WordNet has."""
        return len(self._nouns)

    def lemma(self, word: str) -> str:
        """What `WordNetLemmatizer().lemmatize(word)` gives: `wolves` -> `wolf`, `bosses` -> `boss`, `xyz` -> `xyz`."""
        if word in self._exceptions:
            reduced = self._exceptions[word]
        else:
            reduced = [word[: -len(ending)] + rest for ending, rest in ENDINGS if word.endswith(ending)]
        return min((form for form in (word, *reduced) if form in self._nouns), key=len, default=word)

    def forms(self, word: str) -> set[str]:
        """Every word whose lemma is that of `word`: the few that can lead to it, each put to the test."""
        lemma = self.lemma(word)
        inflected = {lemma[: len(lemma) - len(rest)] + ending for ending, rest in ENDINGS if lemma.endswith(rest)}
        return {form for form in {lemma, word} | inflected | self._irregular[lemma] if self.lemma(form) == lemma}


def find_wordnet(folder: str | Path | None = None) -> Path:
    """The folder with WordNet's files: the given one, or the first of WNSEARCHDIR, NLTK_DATA and the usual places.

    Raises UserError, with the places searched and the remedy, if none has them.
    """
    if folder is not None:
        places = [Path(folder)]
    else:
        named = [os.environ.get("WNSEARCHDIR"), *_nltk_folders()]
        places = [Path(place) for place in (*named, *PLACES, "results/wordnet") if place]
    for place in places:
        if all((place / file).is_file() for file in FILES):
            return place
    raise UserError(f"WordNet's {' and '.join(FILES)} are not in {', '.join(map(str, places))}; {REMEDY}")


def _nltk_folders() -> list[str]:
    roots = [*os.environ.get("NLTK_DATA", "").split(os.pathsep), os.path.expanduser("~/nltk_data")]
    return [f"{root}/corpora/wordnet" for root in roots if root]
