"""Vocabulary subsampling: which classes compete, how often, and what that makes of the loss."""

import itertools
import math

import numpy as np
import pytest
import torch

from clipcause.errors import UserError
from clipcause.training.objectives.vocabulary import drawn_vocabulary

COUNTS = torch.tensor([50.0, 1.0, 9.0, 4.0, 16.0, 2.0], dtype=torch.float64)


def drawn(targets, size, seed, weights=COUNTS):
    inside = drawn_vocabulary(weights, torch.tensor(targets), size, torch.Generator().manual_seed(seed))
    return frozenset(inside.nonzero().flatten().tolist())


def slow_probabilities(weights, present, size):
    """Of every vocabulary: the others are drawn one after another, in proportion to weight among those left."""
    others = [c for c in range(len(weights)) if c not in present]
    found = {}
    for order in itertools.permutations(others, size - len(present)):
        left, probability = sum(weights[c] for c in others), 1.0
        for c in order:
            probability *= weights[c] / left
            left -= weights[c]
        key = frozenset(present) | frozenset(order)
        found[key] = found.get(key, 0.0) + probability
    return found


@pytest.mark.parametrize("weights", [COUNTS, COUNTS.sqrt(), torch.ones_like(COUNTS)], ids=["count", "root", "uniform"])
@pytest.mark.parametrize(("targets", "size"), [([2, 2], 3), ([0, 5], 4), ([1, 3, 1], 3)])
def test_the_draw_is_that_of_a_slow_urn(weights, targets, size):
    draws = 4000
    probabilities = slow_probabilities(weights.tolist(), set(targets), size)
    assert math.fsum(probabilities.values()) == pytest.approx(1)
    counts = dict.fromkeys(probabilities, 0)
    for seed in range(draws):
        counts[drawn(targets, size, seed, weights)] += 1
    for vocabulary, probability in probabilities.items():
        spread = math.sqrt(probability * (1 - probability) / draws)
        assert abs(counts[vocabulary] / draws - probability) < 4 * spread


def test_a_batch_with_more_classes_than_the_vocabulary_keeps_them_all():
    assert drawn([0, 1, 2, 3], 2, seed=0) == {0, 1, 2, 3}
    assert drawn([0, 1], 2, seed=0) == {0, 1}
    assert drawn([0], 6, seed=0) == set(range(6))


def test_the_same_generator_draws_the_same():
    assert drawn([0], 3, seed=5) == drawn([0], 3, seed=5)
    assert len({drawn([0], 3, seed) for seed in range(30)}) > 1


LABELS = ["ant"] * 4 + ["bee", "cat", "dog", "elk", "fox"]


def test_the_loss_is_a_softmax_over_the_vocabulary_alone(make_objective, loss_of):
    own = {"vocabulary_size": 4, "vocabulary_weighting": "frequency"}
    objective, built, _ = make_objective("supervised", own, samples=9, columns={"label": LABELS})
    images, rows = torch.randn(3, 3, 12, 12), torch.tensor([0, 5, 6])
    targets = [objective.classes.index(LABELS[row]) for row in rows]
    inside = drawn(targets, 4, 7, torch.tensor([4.0, 1, 1, 1, 1, 1], dtype=torch.float64))
    assert len(inside) == 4 and set(targets) < inside
    logits = objective.head(built.model.encode_image(images)).detach().double().numpy()
    slow = [math.log(sum(math.exp(row[c]) for c in inside)) - row[t] for row, t in zip(logits, targets, strict=True)]
    loss = loss_of(objective, images, rows, seed=7)
    assert loss.item() == pytest.approx(np.mean(slow), rel=1e-5)
    loss.backward()
    moved = objective.head.weight.grad.abs().sum(dim=1) > 0
    assert set(moved.nonzero().flatten().tolist()) == inside


def test_a_vocabulary_of_all_classes_changes_nothing(make_objective, loss_of):
    images, rows = torch.randn(3, 3, 12, 12), torch.tensor([0, 5, 6])
    some, every = (
        make_objective("supervised", {"vocabulary_size": size}, samples=9, columns={"label": LABELS})[0]
        for size in (6, None)
    )
    assert torch.equal(loss_of(some, images, rows), loss_of(every, images, rows))


def test_more_than_there_are_classes_is_an_error(make_objective):
    with pytest.raises(UserError, match="vocabulary_size 4 is more than the 3 classes of its labels; set it to 3"):
        make_objective("supervised", {"vocabulary_size": 4})


@pytest.mark.parametrize(
    ("weighting", "weights"), [("uniform", [1, 1, 1]), ("frequency", [4, 1, 9]), ("sqrt_frequency", [2, 1, 3])]
)
def test_weights_follow_the_counts_of_training_labels(make_objective, weighting, weights):
    own = {"vocabulary_size": 2, "vocabulary_weighting": weighting}
    labels = ["ant"] * 4 + ["bee"] + ["cat"] * 9
    objective, _, _ = make_objective("supervised", own, samples=14, columns={"label": labels})
    assert objective._draw_weights.tolist() == weights
