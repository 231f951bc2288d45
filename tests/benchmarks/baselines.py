"""What concept counting is compared with: the two papers' methods as one would write them in Python."""

import csv
import json
import re
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from clipcause.concepts.lemmatizers.wordnet import find_wordnet

PATIENCE_S = 300  # for the processes to start


class NltkCounter:
    """Wen et al. 2024: the lemmas of a caption are a set; a concept occurs if all lemmas of a synonym are in it.

    Letters only, in lower case, cut by NLTK's Treebank tokenizer (NLTKWordTokenizer, what `word_tokenize` applies to a
    sentence: without punctuation there is only one) and lemmatised by its WordNetLemmatizer, token by token.
    """

    def __init__(self, vocabulary: Path, exclude: Path) -> None:
        from nltk.stem import WordNetLemmatizer
        from nltk.tokenize import NLTKWordTokenizer

        _use_installed_wordnet()
        self._tokenize, self._lemmatize = NLTKWordTokenizer().tokenize, WordNetLemmatizer().lemmatize
        synonyms = json.loads(vocabulary.read_text(encoding="utf-8"))
        excluded = dict.fromkeys(synonyms, "")
        with open(exclude, encoding="utf-8", newline="") as file:
            excluded |= {row["concept"]: row["excluded"] for row in csv.DictReader(file)}
        self._concepts = [
            ([self._lemmas(synonym) for synonym in of_concept], self._lemmas(excluded[concept].replace("|", " ")))
            for concept, of_concept in synonyms.items()
        ]

    def __call__(self, captions: Sequence[str]) -> np.ndarray:
        """How many captions mention each concept, [C], in the order of the vocabulary."""
        counts = np.zeros(len(self._concepts), np.int64)
        for caption in captions:
            lemmas = self._lemmas(caption)
            for place, (synonyms, excluded) in enumerate(self._concepts):
                if any(synonym <= lemmas for synonym in synonyms) and not excluded & lemmas:
                    counts[place] += 1
        return counts

    def _lemmas(self, text: str) -> set[str]:
        return {self._lemmatize(token) for token in self._tokenize(re.sub(r"[^a-zA-Z ]", " ", text.lower()))}


class AhoCorasickCounter:
    """MetaCLIP (Xu et al. 2024): entries between spaces, found all at once by pyahocorasick."""

    def __init__(self, entries: Sequence[str]) -> None:
        import ahocorasick

        self._entries, self._automaton = len(entries), ahocorasick.Automaton()
        for number, entry in enumerate(entries):
            self._automaton.add_word(f" {entry} ", number)
        self._automaton.make_automaton()

    def __call__(self, captions: Sequence[str]) -> np.ndarray:
        """How many captions mention each entry, [C]."""
        counts = [0] * self._entries
        for caption in captions:
            for entry in {number for _, number in self._automaton.iter(_spaced(caption))}:
                counts[entry] += 1
        return np.array(counts)


def measure(counter: Callable, settings: tuple, captions: list[str], processes: int) -> tuple[float, np.ndarray]:
    """Captions per second of `counter(*settings)` in so many processes, once all have started, and the counts [C]."""
    context = get_context("spawn")
    ready = context.Barrier(processes + 1)
    size = -(-len(captions) // (processes * 4))
    pieces = [captions[first : first + size] for first in range(0, len(captions), size)]
    with context.Pool(processes, _start, (ready, counter, settings)) as pool:
        ready.wait(PATIENCE_S)
        start = time.perf_counter()
        counts = pool.map(_count, pieces, chunksize=1)
        seconds = time.perf_counter() - start
    return len(captions) / seconds, np.sum(counts, axis=0)


def _start(ready, counter: Callable, settings: tuple) -> None:
    global _counter
    _counter = counter(*settings)
    ready.wait(PATIENCE_S)


def _count(captions: list[str]) -> np.ndarray:
    return _counter(captions)


def _spaced(text: str) -> str:
    """`spacing` of MetaCLIP's metaclip/substr_matching.py."""
    text = f" {text} "
    for mark in ",.;:?!`":
        text = text.replace(mark, f" {mark} ")
    for white in "\t\n\r":
        text = text.replace(white, " ")
    return text


def _use_installed_wordnet() -> None:
    """Make NLTK read WordNet where it is installed; Debian's lacks two files that NLTK opens but does not need here."""
    import nltk

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no multilingual WordNet
        for file in find_wordnet().iterdir():
            (Path(folder) / file.name).symlink_to(file)
        names = Path(folder) / "lexnames"
        if not names.exists():
            names.write_text("".join(f"{number:02d}\tname{number}\t1\n" for number in range(45)))
        nltk.corpus.wordnet = nltk.corpus.reader.WordNetCorpusReader(folder, omw_reader=None)
