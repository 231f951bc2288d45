"""What subsets are made from, and what is embedded for them and for data cards."""

import json

import pytest

from clipcause.config import embedding, orders, resolve
from clipcause.config.layers import merged


@pytest.fixture
def config(complete):
    return resolve(merged(complete, {"pools": {"web": {"chunks": 3}}}))


def images(embedder, collection, parts=1):
    return [f"results/embeddings/{embedder}/{collection}/images/part{k + 1}of{parts}" for k in range(parts)]


def test_a_pool_in_chunks_is_embedded_in_as_many_parts(config):
    assert embedding.parts(config, "own", "pools/web", "images") == images("own", "pools/web", 3)
    assert embedding.parts(config, "own", "testsets/folder", "images") == images("own", "testsets/folder")


def test_what_each_method_reads_of_embeddings(config):
    asked = {name: embedding.inputs(config, name, 1) for name in config["subsets"]}
    assert asked["unique"] == {"images": images("public", "pools/web", 3)}
    assert asked["near"] == {
        "images": images("public", "pools/web", 3),
        "testsets/folder": images("public", "testsets/folder"),
        "testsets/part": images("public", "testsets/part"),
        "reference": images("public", "pools/shards"),
    }
    captions = "results/embeddings/own/subsets/whole/draw0/captions/part1of1"
    definitions = "results/embeddings/own/vocabularies/objects/captions/part1of1"
    assert asked["typical"] == {"captions/whole": [captions], "definitions": [definitions]}
    assert asked["fitting"] == {"images": images("own", "pools/web", 3), "captions/whole": [captions]}
    assert not any(asked[name] for name, subset in config["subsets"].items() if "embedder" not in subset)


def test_orders_name_every_file_and_write_attributes_out(config):
    files = orders.order_files(config, "fair", 0)
    assert files == ["results/subsets/whole/draw0/manifest.parquet", "results/pools/web/samples.parquet"]
    flags = orders.order_flags(config, "fair", 0)
    settings = json.loads(flags[flags.index("--subset") + 1])
    assert settings["attributes"]["gold"]["words"] == ["gold"] and "prompts" not in settings["attributes"]["gold"]
    assert settings["proxies"]["photo"]["column"] == "style"
    assert "--embeddings" not in flags
    assert "mine.py" in orders.order_files(config, "mine", 0)
    assert f"testsets/folder={images('public', 'testsets/folder')[0]}" in orders.order_flags(config, "near", 0)
    matches = "results/concepts/objects/subsets/whole/draw0/matches.parquet"
    assert matches in orders.order_files(config, "named", 0) and matches in orders.order_flags(config, "named", 0)
    assert not any("matches" in file for file in orders.order_files(config, "few", 0))


def test_data_cards_read_what_the_studies_of_a_subset_ask_for(config):
    asked = embedding.card_inputs(config, "whole")
    assert list(asked) == ["images", "testsets/folder", "testsets/part"]
    data = {"words": ["gold"], "column": None, "values": None, "others": ["teal"], "target": 0.5}
    assert embedding.card_attributes(config, "whole") == {"gold": data}  # not what models and test sets are asked
    assert embedding.near_duplicate(config, "whole") == 0.05
    assert embedding.card_inputs(config, "capped") == {} and embedding.card_attributes(config, "capped") == {}


def test_the_test_sets_of_an_embedder_are_those_that_something_is_compared_with(config):
    assert embedding.testsets_of(config, "own") == ["folder", "part"]
    assert embedding.testsets_of(config, "public") == ["folder", "part"]
    without = resolve(merged(config, {"studies": {"all": {"embedder": None}}}))
    assert embedding.testsets_of(without, "own") == ["folder"]


def test_an_embedder_is_a_run_or_public(config):
    assert (
        embedding.run_of(config, "own") == "results/runs/some/clip/seed0" and embedding.run_of(config, "public") is None
    )
    assert embedding.flags(config, "own")[-2:] == ["--run", "results/runs/some/clip/seed0"]
    assert len(embedding.run_files(config, "own")) == 3 and embedding.run_files(config, "public") == []
