import math

import pytest

from clipcause.errors import UserError
from clipcause.training.recipe import Recipe


def test_an_inexact_budget_names_the_nearest_two(make_recipe):
    with pytest.raises(UserError, match="samples_seen 100: not a multiple of batch_size 8; nearest: 96 or 104"):
        make_recipe(samples_seen=100)
    with pytest.raises(UserError, match=r"nearest: 8$"):
        make_recipe(samples_seen=5)


def test_a_warmup_that_fills_the_budget_is_an_error(make_recipe):
    with pytest.raises(UserError, match="warmup_samples 160: not below samples_seen 160"):
        make_recipe(warmup_samples=160)


def test_missing_keys_are_named():
    with pytest.raises(UserError, match="recipe: missing batch_norm, batch_size, block_samples"):
        Recipe.of({"objective": "clip"})


def test_settings_make_the_same_recipe_again(make_recipe):
    recipe = make_recipe(head="text")
    assert recipe.own["head"] == "text" and Recipe.of(recipe.settings) == recipe


def test_a_batch_divides_evenly_among_devices_and_micro_batches(make_recipe):
    assert make_recipe(devices=2, micro_batch_size=2).samples_per_device == 4
    with pytest.raises(UserError, match="batch_size 8: not a whole number of micro-batches of 3 for each of 1 devices"):
        make_recipe(micro_batch_size=3)
    with pytest.raises(UserError, match="not a whole number of samples for each of 3 devices; nearest: 9"):
        make_recipe(devices=3)


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_no_subset_of_two_is_left_without_a_step(make_recipe, share):
    with pytest.raises(UserError, match=f"first_share {share} of 20 steps leaves one of the subsets without a step"):
        make_recipe(first_subset="other", first_share=share)


def test_learning_rate_rises_then_follows_half_a_cosine(make_recipe):
    recipe = make_recipe(samples_seen=80, warmup_samples=16, learning_rate=1.0)
    rates = [recipe.learning_rate_at(step) for step in range(recipe.steps)]
    cosine = [0.5 * (1 + math.cos(math.pi * done / 8)) for done in range(8)]
    assert rates == pytest.approx([0.5, 1.0, *cosine])


def test_a_warmup_between_two_batches_never_exceeds_the_peak(make_recipe):
    recipe = make_recipe(warmup_samples=11, learning_rate=1.0)
    assert [recipe.learning_rate_at(step) for step in (0, 1)] == pytest.approx([8 / 11, 1.0])
    assert max(map(recipe.learning_rate_at, range(recipe.steps))) == 1.0
    assert make_recipe(warmup_samples=0, learning_rate=1.0).learning_rate_at(0) == 1.0
