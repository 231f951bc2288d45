"""Representation and association bias of a model: by hand, against loops, and what no bias looks like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.evaluation.association import (
    associations,
    largest_association_bias,
    mean_association_bias,
    preferred_share,
    prompt_probabilities,
    representation_bias,
    representation_spread,
)
from clipcause.evaluation.measures import UndefinedError

# Four images; prompts' probabilities of two labels; the last image shows neither value.
PROBABILITIES = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.5, 0.5]])
GROUP = np.array([1, 1, 0, -1])


def test_probabilities_are_a_softmax_at_the_temperature():
    images, prompts = np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [0.6, 0.8]])
    found = prompt_probabilities(images, prompts, temperature=0.1)
    assert found[:, 0] == pytest.approx([1 / (1 + np.exp(-4)), 1 / (1 + np.exp(8))])
    assert found.sum(axis=1) == pytest.approx([1, 1])


def test_a_usual_temperature_does_not_overflow():
    found = prompt_probabilities(np.array([[1.0, 0]]), np.array([[1.0, 0], [-1, 0]]), temperature=0.001)
    assert found.tolist() == [[1, 0]]


def test_representation_by_hand():
    p = np.array([0.9, 0.6, 0.3])
    weights = np.array([[1.0, 1, 1], [0, 0, 2]])
    assert representation_bias(p, 0.5) == pytest.approx([0.1])
    assert representation_bias(p, 0.5, weights) == pytest.approx([0.1, 0.2])
    assert preferred_share(p, weights) == pytest.approx([2 / 3, 0])


def test_spread_of_representation_bias_is_that_of_the_mean_behind_it():
    # At pi = 0.3 and RB = 0.1 the mean probability is 0.4 or 0.2: 0.24 and 0.16.
    assert representation_spread(np.array(0.1), 0.3) == pytest.approx(0.20)
    assert representation_spread(np.array(0.5), 0.5) == pytest.approx(0.0025)


def test_exactly_one_half_prefers_neither():
    assert preferred_share(np.array([0.5, 0.5])).tolist() == [0]


def test_association_by_hand():
    found = associations(PROBABILITIES, GROUP)
    assert found == pytest.approx(np.array([[0.6, -0.6]]))
    assert mean_association_bias(found) == pytest.approx([0.6])
    found = associations(PROBABILITIES, GROUP, np.array([[1.0, 0, 1, 9], [1, 1, 0, 1]]))
    assert found[0] == pytest.approx([0.7, -0.7])
    assert np.isnan(found[1]).all()  # nobody of group 0 was drawn


def test_mean_and_maximum_are_of_absolute_values():
    signed = np.array([[0.3, -0.5, 0.1]])
    assert mean_association_bias(signed) == pytest.approx([0.3])
    assert largest_association_bias(signed) == pytest.approx([0.5])


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 12), st.integers(1, 4), st.integers(0, 10_000))
def test_equal_to_loops_over_repeated_images(images, labels, seed):
    random = np.random.default_rng(seed)
    p = random.random((images, labels))
    group = random.permutation([0, 1, *random.integers(-1, 2, images - 2)])
    times = random.integers(1, 4, (2, images))
    signed = associations(p, group, times.astype(float))
    for row, repeats in zip(signed, times, strict=True):
        repeated, of = np.repeat(p, repeats, axis=0), np.repeat(group, repeats)
        for label in range(labels):
            one, zero = ([q[label] for q, g in zip(repeated, of, strict=True) if g == value] for value in (1, 0))
            assert row[label] == pytest.approx(sum(one) / len(one) - sum(zero) / len(zero))


def test_a_model_that_cannot_tell_the_groups_has_no_association():
    random = np.random.default_rng(0)
    p = random.dirichlet(np.ones(5), size=40)
    found = associations(np.concatenate([p, p]), np.repeat([0, 1], 40))
    assert found == pytest.approx(np.zeros((1, 5)))


def test_an_attribute_that_no_image_shows_is_undefined():
    with pytest.raises(UndefinedError, match="no image shows value 0"):
        associations(PROBABILITIES, np.ones(4))
