"""The files that figures draw from beside a study's tables."""

import pytest

from clipcause.config import drawing, embedding, resolve
from clipcause.config.layers import merged

PRUNED = {
    "subsets": {
        "pruned": {
            "method": "near_prune",
            "from": "whole",
            "embedder": "own",
            "testsets": ["folder"],
            "reference": "lesson",
        },
        "small": {"method": "random", "from": "pruned", "samples": 100},
    },
    "studies": {"all": {"arms": {"pruned": {"subset": "small", "recipe": "clip"}}}},
}


@pytest.fixture
def config(complete):
    return resolve(merged(complete, PRUNED))


def test_a_reference_is_found_behind_whatever_is_taken_from_a_pruned_subset(config):
    assert embedding.references(config, "all") == ["testsets/lesson"]
    assert drawing.reference_files(config, "all") == {
        "lesson": "results/embeddings/own/testsets/lesson/nearest.parquet"
    }
    assert "lesson" in embedding.testsets_of(config, "own")


def test_a_study_without_an_embedder_has_neither(config):
    assert drawing.reference_files(config, "shifted") == drawing.nearest_of_subsets(config, "shifted") == {}


def test_a_reference_is_not_compared_with_test_sets_that_it_is_or_holds(config):
    assert list(embedding.testset_folders(config, "own", "testsets/lesson")) == ["folder", "part"]
    assert list(embedding.testset_folders(config, "own", "testsets/folder")) == ["part"]
    assert list(embedding.testset_folders(config, "own", "pools/files")) == ["folder"]  # `part` is a part of that pool
    assert embedding.testset_folders(config, "public", "pools/web") == {}  # no study compares by it


def test_every_subset_of_a_study_is_drawn_with_its_similarity(config):
    found = drawing.nearest_of_subsets(config, "all")
    assert list(found) == ["flat", "small", "whole"]
    assert found["small"] == "results/subsets/small/draw0/nearest.parquet"


def test_data_cards_and_measures_are_of_arms_and_runs(config):
    cards = drawing.detail_files(config, "all")
    assert list(cards) == ["clip", "stock", "pruned"]
    assert cards["pruned"] == "results/subsets/small/draw0/details.json"
    assert drawing.detail_files(config, "shifted") == {}  # it asks for no attribute
    measures = drawing.measure_files(config, "all")
    assert len(measures) == 3 * config["seeds"]
    assert measures[0] == ("clip", "results/evaluations/whole/clip/seed0/measures.parquet")
