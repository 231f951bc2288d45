"""Whose captions are counted, by which vocabularies, in which parts."""

import re

import pytest

from clipcause.config import counting, resolve
from clipcause.config.layers import merged
from clipcause.errors import UserError


@pytest.fixture
def config(complete) -> dict:
    return resolve(
        merged(complete, {"pools": {"web": {"chunks": 3}}, "subsets": {"lone": {"method": "all", "from": "files"}}})
    )


def test_pools_come_before_the_subsets_of_the_studies(config):
    assert counting.vocabularies(config) == ["objects", "colours"]
    assert counting.counted(config, "objects") == ["pools/web", "subsets/whole/draw0", "subsets/flat/draw0"]
    assert counting.count_files(config, "card.json")[0] == "results/concepts/objects/pools/web/card.json"


def test_what_is_counted_has_captions_and_a_pool(config):
    assert counting.captions_of("pools/web") == "results/pools/web/samples.parquet"
    assert counting.captions_of("subsets/flat/draw2") == "results/subsets/flat/draw2/manifest.parquet"
    assert counting.pools_behind(config, "pools/files") == ["files"]
    assert counting.pools_behind(config, "subsets/few/draw2") == ["web", "files"]


@pytest.mark.parametrize(
    ("counted", "in_parts"),
    [("pools/web", True), ("subsets/flat/draw1", True), ("pools/files", False), ("subsets/lone/draw0", False)],
)
def test_what_comes_of_a_pool_in_chunks_is_counted_in_parts(config, counted, in_parts):
    assert bool(re.fullmatch(counting.countable(config, in_parts=True), counted)) == in_parts
    assert bool(re.fullmatch(counting.countable(config, in_parts=False), counted)) != in_parts


def test_there_is_a_part_for_each_chunk(config):
    folder = "results/concepts/objects/pools/web/parts"
    assert counting.parts(config, "objects", "pools/web", "f") == [f"{folder}/{part}of3/f" for part in (1, 2, 3)]


def test_a_vocabulary_is_read_from_its_files(complete):
    layer = {"vocabularies": {"objects": {"exclude": "not.csv"}, "shipped": {"path": "open_clip:imagenet"}}}
    config = resolve(merged(complete, layer))
    assert counting.vocabulary_files(config, "objects") == ["vocabulary.csv", "not.csv"]
    assert counting.vocabulary_files(config, "shipped") == counting.vocabulary_files(config, None) == []


def test_flags_say_what_to_look_for_and_what_to_compare_with(complete):
    config = resolve(merged(complete, {"vocabularies": {"objects": {"match": "lemma", "lemmatizer": "wordnet"}}}))
    assert counting.search_flags(config, "objects") == [
        *("--vocabulary", "vocabulary.csv", "--match", "lemma", "--lemmatizer", "wordnet"),
        *("--wordnet", "results/wordnet"),
    ]
    assert counting.label_flags(config, "pools/web") == ["--label-column", "label"]
    assert counting.label_flags(config, "pools/shards") == []


def test_wordnet_is_for_the_rule_lemma(complete):
    config = resolve(merged(complete, {"vocabularies": {"objects": {"match": "lemma", "lemmatizer": "wordnet"}}}))
    assert counting.uses_wordnet(config, "objects")
    with pytest.raises(
        UserError, match=r"vocabularies\.objects\.lemmatizer: only match: lemma reads it, and match is phrase"
    ):
        resolve(merged(complete, {"vocabularies": {"objects": {"lemmatizer": "wordnet"}}}))
