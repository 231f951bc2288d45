"""What rules ask of a resolved configuration."""

import re

import pytest

from clipcause.config import comparing, counting, evaluating, plan, reporting, resolve, training
from clipcause.config.layers import merged
from clipcause.config.recipes import weight_files


@pytest.fixture
def config(complete) -> dict:
    return resolve(merged(complete, {"seeds": 5, "runs_per_job": 2}))


def test_only_subsets_with_chance_are_redrawn(config):
    assert plan.draws(config, "whole") == [0]
    assert plan.draws(config, "some") == plan.draws(config, "flat") == [0, 1, 2, 3, 4]
    assert plan.draw_of(config, "whole", 3) == 0
    assert plan.draw_of(config, "flat", 3) == 3


def test_every_seed_of_a_run_has_a_draw(config):
    for subset in config["subsets"]:
        drawn = {plan.draw_of(config, subset, seed) for seed in range(config["seeds"])}
        assert drawn == set(plan.draws(config, subset))


@pytest.mark.parametrize(
    ("seeds", "size", "batches"),
    [
        (5, 2, [(0, 1), (2, 3), (4,)]),
        (4, 2, [(0, 1), (2, 3)]),
        (3, 3, [(0, 1, 2)]),
        (3, 9, [(0, 1, 2)]),
        (1, 1, [(0,)]),
    ],
)
def test_seeds_are_batched_in_order(config, seeds, size, batches):
    assert plan.seed_batches(config | {"seeds": seeds, "runs_per_job": size}) == batches


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_seed_added_later_leaves_full_batches_alone(config, size):
    for seeds in range(1, 12):
        before = plan.seed_batches(config | {"seeds": seeds, "runs_per_job": size})
        after = plan.seed_batches(config | {"seeds": seeds + 1, "runs_per_job": size})
        full = [batch for batch in before if len(batch) == size]
        assert after[: len(full)] == full
        assert [seed for batch in after for seed in batch] == list(range(seeds + 1))


def test_an_edit_of_a_curve_is_none_of_the_comparison(config):
    curves = {"studies": {"all": {"curves": {"size": {"title": "Another"}}}}}
    edited = resolve(merged(config, curves))
    assert comparing.compared(edited, "all") == comparing.compared(config, "all")
    assert edited["studies"]["all"] != config["studies"]["all"]
    claim = {"studies": {"all": {"claims": {"better": {"margin": 0.2}}}}}
    assert comparing.compared(resolve(merged(config, claim)), "all") != comparing.compared(config, "all")


def test_runs_of_a_study(config):
    assert plan.runs(config | {"seeds": 2}, "all") == [
        ("clip", "whole", "clip", 0),
        ("clip", "whole", "clip", 1),
        ("stock", "flat", "stock", 0),
        ("stock", "flat", "stock", 1),
    ]


def test_a_run_that_two_studies_share_is_one_run_on_the_test_sets_of_both(config):
    study = config["studies"]["all"]
    other = {**study, "testsets": ["part"], "arms": {"one": {"subset": "some", "recipe": "clip"}}}
    config["studies"] = {
        "all": {**study, "testsets": ["folder"]},
        "more": {**other, "arms": {**other["arms"], "again": study["arms"]["clip"]}},
    }
    assert plan.all_runs(config) == [("flat", "stock"), ("some", "clip"), ("whole", "clip")]
    assert evaluating.testsets_of(config, "whole", "clip") == ["folder", "part"]
    assert evaluating.testsets_of(config, "flat", "stock") == ["folder"]
    assert evaluating.testsets_of(config, "some", "clip") == ["part"]


def test_a_run_encodes_what_its_probes_learn_from_if_a_readout_learns(config):
    study = config["studies"]["all"]
    assert evaluating.readouts_of(config, "whole", "clip") == ["own", "template", "linear_probe", "10_shot"]
    assert evaluating.train_sets(config, "whole", "clip") == {"part": "lesson"}
    assert evaluating.encoded_testsets(config, "whole", "clip") == ["folder", "lesson", "part"]
    other = {**study, "testsets": ["folder"], "readouts": ["head", "own"], "arms": {"a": study["arms"]["stock"]}}
    config["studies"] = {"all": {**study, "readouts": ["own", "template"]}, "more": other}
    assert evaluating.readouts_of(config, "flat", "stock") == ["own", "template", "head"]
    assert evaluating.train_sets(config, "flat", "stock") == {}
    assert evaluating.encoded_testsets(config, "flat", "stock") == ["folder", "part"]


def test_a_model_with_neither_head_nor_text_is_read_out_by_what_it_learns():
    assert [evaluating.learns("own", objective) for objective in ("clip", "supervised", "dino")] == [False, False, True]
    assert evaluating.learns("5_shot", "clip") and not evaluating.learns("ensemble", "dino")


def test_which_part_of_a_pool_a_test_set_is_has_nothing_to_do_with_how_it_is_evaluated(config):
    part = plan.part_of_pool(config, "part")
    assert part.keys().isdisjoint({"train", "vocabulary"})
    assert part | {"train": "lesson", "vocabulary": None} == config["testsets"]["part"]


def test_the_family_is_the_objective(config):
    recipes = ("clip", "stock", "few_classes", "mine")
    assert [comparing.family(config, recipe) for recipe in recipes] == [
        "clip",
        "supervised",
        "supervised",
        "mine.py:Mine",
    ]


def test_only_objectives_of_ones_own_bring_code(config):
    assert [training.own_code(config, recipe) for recipe in ("clip", "mine")] == [[], ["mine.py"]]


def test_names_become_a_pattern_that_matches_them_alone():
    assert plan.alternatives(["a", "a_b"]) == "a|a_b"
    assert re.fullmatch(plan.alternatives([]), "") is None


def test_pools_and_test_sets_by_source(config):
    assert [plan.pools_from(config, source) for source in ("web", "files", "shards")] == [
        ["web"],
        ["files"],
        ["shards"],
    ]
    assert [plan.testsets_from(config, source) for source in ("folder", "pool")] == [
        ["folder", "lesson"],
        ["part"],
    ]


def test_paths_by_seed(config):
    assert plan.manifest(config, "whole", 3) == "results/subsets/whole/draw0/manifest.parquet"
    assert plan.manifest(config, "flat", 3) == "results/subsets/flat/draw3/manifest.parquet"
    counted = "results/concepts/objects/subsets/{}/draw{}/frequency.parquet"
    assert plan.frequency(config, "objects", "flat", 3) == counted.format("flat", 3)


def test_a_test_set_may_ask_by_a_vocabulary_of_its_own(config):
    """`folder` asks by colours, so that its classes are counted too; all others ask by the study's vocabulary."""
    config["seeds"] = 2
    testsets = plan.asked_by(config, "all")
    assert testsets == evaluating.vocabularies_of(config, "flat", "stock") == {"folder": "colours", "part": "objects"}
    counted = "results/concepts/{}/subsets/{}/draw{}/frequency.parquet"
    assert comparing.frequencies(config, "all") == {
        f"{vocabulary}/{seed}": counted.format(vocabulary, "whole", 0)
        for vocabulary in ("colours", "objects")
        for seed in (0, 1)
    }
    assert evaluating.run_frequencies(config, "flat", "stock", [1]) == {
        "colours/1": counted.format("colours", "flat", 1),
        "objects/1": counted.format("objects", "flat", 1),
    }
    assert evaluating.vocabulary_files_of_study(config, "all") == ["colours.csv", "vocabulary.csv"]
    assert counting.vocabularies(config) == ["objects", "colours"]
    assert counting.counted(config, "colours") == counting.counted(config, "objects")


def test_files_behind_the_studies(config):
    config["seeds"] = 2
    drawn = ["flat/draw0", "flat/draw1", "whole/draw0"]
    assert reporting.subset_files(config, "card.json") == [f"results/subsets/{each}/card.json" for each in drawn]
    assert reporting.pool_files(config, "card.json") == ["results/pools/files/card.json", "results/pools/web/card.json"]


def test_what_a_run_has_learned_from_is_all_that_stands_behind_it(config):
    def draws(subset, *numbers):
        return {f"results/subsets/{subset}/draw{number}/manifest.parquet" for number in numbers}

    config["recipes"]["tuned_again"] = config["recipes"]["clip"] | {
        "start": {"source": "run", "subset": "flat", "recipe": "tuned", "towers": "both"}
    }
    assert training.seen_manifests(config, "flat", "clip", [3]) == [*draws("flat", 3)]
    assert training.seen_manifests(config, "flat", "public", [0]) == []
    assert set(training.seen_manifests(config, "flat", "tuned", [3])) == draws("flat", 3) | draws("some", 3) | draws(
        "whole", 0
    )
    behind = draws("flat", 3, 4) | draws("some", 3, 4) | draws("whole", 0)
    assert set(training.seen_manifests(config, "whole", "tuned_again", [3, 4])) == behind


def test_weights_that_are_files_here_are_inputs(config, tmp_path):
    (tmp_path / "model.safetensors").write_text("weights")
    for recipe, settings in (("public", config["recipes"]["public"]), ("taught", config["recipes"]["taught"]["start"])):
        assert weight_files(config, recipe) == []  # a tag
        for pretrained in (tmp_path, tmp_path / "model.safetensors"):
            settings["pretrained"] = str(pretrained)
            assert weight_files(config, recipe) == [str(tmp_path / "model.safetensors")]
    assert weight_files(config, "clip") == []


def test_attributes_of_a_run_are_those_that_its_studies_ask_for(config):
    prompts = {"one": ["gold"], "other": ["teal"]}
    assert evaluating.prompts_of(config, "whole", "clip") == {"gold": {"prompts": prompts}}
    [(name, gold)] = evaluating.attributes_of(config, "whole", "clip").items()
    assert (name, gold["prompts"], gold["samples"]["column"], gold["target"]) == ("gold", prompts, "style", 0.5)
    config["studies"]["all"]["attributes"] = []
    assert evaluating.prompts_of(config, "whole", "clip") == {}
    assert evaluating.evaluator_files(config) == ["mine.py"]
