"""What concept counting is compared with: the two papers' methods as one would write them in Python."""

import csv
import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from clipcause.concepts.lemmatizers.wordnet import find_wordnet

PATIENCE_S = 300  # for the processes to start


class NltkCounter:
    """Wen et al. 2024: the lemmas of a caption are a set; a concept occurs if all lemmas of a synonym are in it.

    As in the paper's code, concept by concept and word by word. Letters only, in lower case, cut by NLTK's Treebank
    tokenizer (NLTKWordTokenizer, what `word_tokenize` applies to a sentence: without punctuation there is only one) and
    lemmatised by its WordNetLemmatizer, token by token.
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
                if any(word in lemmas for word in excluded):
                    continue
                if any(all(word in lemmas for word in synonym) for synonym in synonyms):
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
    started = context.Barrier(processes)
    size = -(-len(captions) // (processes * 4))
    pieces = [captions[first : first + size] for first in range(0, len(captions), size)]
    with ProcessPoolExecutor(processes, context, _start, (started, counter, settings)) as pool:
        list(pool.map(_wait, range(processes)))
        start = time.perf_counter()
        counts = list(pool.map(_count, pieces))
        seconds = time.perf_counter() - start
    return len(captions) / seconds, np.sum(counts, axis=0)


def _start(started: Barrier, counter: Callable, settings: tuple) -> None:
    global _started, _counter
    _started, _counter = started, counter(*settings)


def _wait(_: int) -> None:
    _started.wait(PATIENCE_S)


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
    """Have NLTK load WordNet as it is installed. Debian's lacks two files that NLTK reads, but not for its lemmas."""
    import nltk

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpora/wordnet"
        corpus.mkdir(parents=True)
        for file in find_wordnet().iterdir():
            if file.is_file():
                shutil.copy(file, corpus)
        for name, lines in (("lexnames", 45), ("index.sense", 0)):
            if not (corpus / name).exists():
                (corpus / name).write_text("".join(f"{line:02d}\tname{line}\t1\n" for line in range(lines)))
        nltk.data.path.insert(0, folder)
        nltk.corpus.wordnet.ensure_loaded()
