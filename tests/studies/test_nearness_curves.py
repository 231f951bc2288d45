"""Accuracy against nearest-neighbour similarity: bins and curves by hand, and what they tell apart."""

import numpy as np
import pytest

from clipcause.studies.resampling import resamples
from clipcause.studies.similarity import NearnessRun, bin_edges, binned, binned_accuracy, similarity_curves

SIMILARITY = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
CORRECT = np.array([False, False, True, False, True, True])


def test_edges_are_quantiles_of_all_arms_together():
    edges = bin_edges([np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.4, 0.6, 0.8, 1.0])], bins=2)
    assert edges == pytest.approx([0, 0.35, 1])


def test_equal_similarities_leave_fewer_bins():
    assert bin_edges([np.array([0.1, 1, 1, 1, 1, 1])], bins=3).tolist() == [0.1, 1]
    assert bin_edges([np.ones(4)], bins=3).tolist() == [1, 1]
    assert binned(np.ones(4), np.array([1.0, 1])).tolist() == [0, 0, 0, 0]


def test_every_point_is_in_one_bin():
    edges = np.array([0.1, 0.3, 0.6])
    assert binned(SIMILARITY, edges).tolist() == [0, 0, 1, 1, 1, 1]
    assert binned(np.array([-5.0, 5]), edges).tolist() == [0, 1]


def test_accuracy_per_bin_by_hand():
    edges = np.array([0.1, 0.25, 0.45, 0.6])
    weights = np.array([[1.0, 1, 1, 1, 1, 1], [1, 1, 3, 1, 0, 0]])
    found = binned_accuracy(CORRECT, SIMILARITY, edges, weights)
    assert found[0].tolist() == [0, 0.5, 1]
    assert found[1, :2].tolist() == [0, 0.75] and np.isnan(found[1, 2])
    assert binned_accuracy(CORRECT, SIMILARITY, edges)[0].tolist() == [0, 0.5, 1]


def runs(arms, n=400, seeds=3):
    """arms: name -> (shift of similarity, shift of the logit of accuracy); accuracy rises with similarity."""
    found = []
    for number, (arm, (nearer, better)) in enumerate(arms.items()):
        similarity = np.random.default_rng([7, number]).uniform(0.2, 0.8, n) + nearer
        for seed in range(seeds):
            random = np.random.default_rng([8, number, seed])
            chance = 1 / (1 + np.exp(-(6 * (similarity - 0.5) + better)))
            found.append(NearnessRun(arm, "clip", random.random(n) < chance, similarity))
    return found


def curves(arms, bins=4):
    return similarity_curves(runs(arms), resamples(np.zeros(400, dtype=int), 200, seed=1), bins)


def test_curves_rise_and_hold_all_points():
    found = curves({"all": (0, 0)})
    accuracy = [one.accuracy.value for one in found]
    assert accuracy == sorted(accuracy) and accuracy[-1] - accuracy[0] > 0.4
    assert [one.samples for one in found] == [100, 100, 100, 100]
    for one in found:
        assert one.lowest <= one.similarity <= one.highest
        assert one.accuracy.low < one.accuracy.value < one.accuracy.high
        assert one.accuracy.seeds == 3


def test_one_curve_of_two_arms_where_only_similarity_differs_and_two_where_more_does():
    def difference(better):
        found = curves({"pruned": (0, 0), "control": (0.1, better)})
        by_arm = {(one.arm, one.lowest): one.accuracy for one in found}
        both = [lowest for arm, lowest in by_arm if arm == "pruned" and ("control", lowest) in by_arm]
        return [by_arm["control", lowest].low > by_arm["pruned", lowest].high for lowest in both]

    assert not any(difference(better=0))
    assert all(difference(better=2.5)[:-1])


def test_an_arm_without_points_in_a_bin_leaves_it_out():
    found = curves({"pruned": (-0.5, 0), "control": (0.5, 0)})
    assert {one.arm for one in found if one.highest < 0.4} == {"pruned"}
    assert {one.arm for one in found if one.lowest > 0.6} == {"control"}
    assert all(one.accuracy is not None for one in found)


def test_a_bin_that_one_redrawn_subset_leaves_empty_has_points_but_no_accuracy():
    many = runs({"redrawn": (0, 0)}, seeds=2)
    far = NearnessRun("redrawn", "clip", many[0].correct, np.full(400, 0.5))
    found = similarity_curves([*many, far], resamples(np.zeros(400, dtype=int), 50, seed=1), bins=4)
    has = [one.lowest <= 0.5 < one.highest for one in found]
    assert sum(has) == 1
    assert [one.accuracy is not None for one in found] == has
    assert all(one.samples > 0 for one in found)


def test_arms_in_one_call_share_the_resamples():
    twice = curves({"a": (0, 0)}), curves({"a": (0, 0)})
    assert [one.accuracy.low for one in twice[0]] == [one.accuracy.low for one in twice[1]]
