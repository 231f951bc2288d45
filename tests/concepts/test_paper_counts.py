"""The counts of Wen et al. 2024 over Flickr8k's captions: the 1,000 ImageNet classes, by its rule."""

import csv
import json
from collections import defaultdict

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.stats import spearmanr
from slow_rules import letter_words, slow_morphy

from clipcause.concepts.captions import Captions
from clipcause.concepts.count import Means, Search, count_concepts

FEWEST_RANK_CORRELATION = 0.999  # of the lemmatiser `plurals` with WordNet


@pytest.fixture(scope="module")
def counted(real_data, wordnet_folder, tmp_path_factory):
    """A function (lemmatizer) -> {wnid: captions}."""

    def count(lemmatizer):
        source = Captions(str(real_data / "flickr8k-captions.parquet"), "caption")
        vocabulary, exclude = real_data / "imagenet-synsets.json", real_data / "imagenet-excluded-words.csv"
        search = Search(vocabulary, exclude, "lemma", lemmatizer, wordnet_folder)
        output = tmp_path_factory.mktemp("counted") / "frequency.parquet"
        frequency = count_concepts(source, search, output, means=Means(threads=2))
        assert (frequency.totals.captions, frequency.totals.null) == (40_457, 0)
        return dict(zip(frequency.concepts, frequency.captions.tolist(), strict=True))

    return count


@pytest.fixture(scope="module")
def by_wordnet(counted):
    return counted("wordnet")


@pytest.fixture(scope="module")
def by_loops(real_data, wordnet_folder):
    """{wnid: captions}, counted caption by caption: each as the set of its lemmas."""
    morphy, known = slow_morphy(wordnet_folder), {}

    def lemmas(text):
        words = letter_words(text)
        known.update((word, morphy(word)) for word in words if word not in known)
        return {known[word] for word in words}

    holding = defaultdict(set)  # from a lemma to the captions that hold it
    for number, caption in enumerate(pq.read_table(real_data / "flickr8k-captions.parquet")["caption"].to_pylist()):
        for lemma in lemmas(caption):
            holding[lemma].add(number)
    ruled_out = defaultdict(set)
    with open(real_data / "imagenet-excluded-words.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ruled_out[row["concept"]] |= lemmas(row["excluded"])
    counts = {}
    for wnid, synonyms in json.loads((real_data / "imagenet-synsets.json").read_text(encoding="utf-8")).items():
        captions = set()
        for synonym in synonyms:
            captions |= set.intersection(*(holding[lemma] for lemma in lemmas(synonym)))
        for lemma in ruled_out[wnid]:
            captions -= holding[lemma]
        counts[wnid] = len(captions)
    return counts


def test_the_papers_own_program_counted_the_same(by_wordnet, real_data):
    with open(real_data / "flickr8k-imagenet-counts-sample.csv", encoding="utf-8", newline="") as file:
        sample = {row["wnid"]: int(row["captions"]) for row in csv.DictReader(file)}
    assert len(sample) == 100 and sum(sample.values()) > 1_000
    assert {wnid: by_wordnet[wnid] for wnid in sample} == sample


def test_loops_count_the_same(by_wordnet, by_loops):
    assert len(by_loops) == 1_000 and max(by_loops.values()) > 1_000
    assert by_wordnet == by_loops


def test_plurals_rank_the_classes_alike(counted, by_wordnet):
    by_plurals = counted("plurals")
    pairs = np.array([(by_plurals[wnid], by_wordnet[wnid]) for wnid in by_wordnet])
    correlation = spearmanr(pairs[:, 0], pairs[:, 1]).statistic
    different = (pairs[:, 0] != pairs[:, 1]).sum()
    print(f"plurals and WordNet: rank correlation {correlation:.5f}, {different} of {len(pairs)} classes differ")
    assert correlation >= FEWEST_RANK_CORRELATION
