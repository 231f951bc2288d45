"""Resamples of test samples, and how resampled counts are recentred."""

import numpy as np
import pytest

from clipcause.evaluation.measures import corr_acc
from clipcause.evaluation.tally import Tally
from clipcause.studies import resampling
from clipcause.studies.resampling import recentred, resamples

LABELS = np.array([2, 0, 0, 1, 2, 2, 0, 0, 2, 2])  # four of class 0, one of class 1, five of class 2


def all_resamples(labels=LABELS, count=200, seed=7):
    return np.concatenate(list(resamples(labels, count, seed)))


def test_every_class_keeps_its_weight():
    weights = all_resamples()
    assert weights.shape == (200, 10)
    for label, size in ((0, 4), (1, 1), (2, 5)):
        assert weights[:, label == LABELS].sum(axis=1) == pytest.approx(size)


def test_weights_are_whole_draws():
    draws = all_resamples()[:, LABELS == 0] / (4 / 3)
    assert draws == pytest.approx(np.round(draws))
    assert draws.sum(axis=1) == pytest.approx(3)


def test_blocks_do_not_change_the_resamples(monkeypatch):
    together = all_resamples()
    monkeypatch.setattr(resampling, "BLOCK_BYTES", 8 * 10 * 7)
    blocks = list(resamples(LABELS, 200, 7))
    assert {len(block) for block in blocks} == {7, 4}
    assert np.array_equal(np.concatenate(blocks), together)


def test_another_seed_gives_other_resamples():
    assert not np.array_equal(all_resamples(seed=7), all_resamples(seed=8))


def test_variance_of_a_small_class_is_unbiased():
    right = np.array([1.0, 1, 0, 1, 0])
    shares = all_resamples(np.zeros(5, dtype=int), count=20_000) @ right / 5
    assert shares.var() == pytest.approx(right.var(ddof=1) / 5, rel=0.04)


def counts(correct, support=50.0):
    correct = np.atleast_2d(correct).astype(float)
    frequency = np.arange(correct.shape[1], 0, -1.0)
    return Tally(frequency, np.full_like(correct, support), correct, correct.copy(), correct.copy())


def test_recentring_leaves_linear_measures_their_variance():
    random = np.random.default_rng(0)
    observed = counts([40, 30, 20, 10])
    resampled = counts(np.array([40, 30, 20, 10]) + random.normal(0, 9, (500, 4)))
    shifted = recentred(observed, resampled)
    assert shifted.correct.sum(axis=1) == pytest.approx(resampled.correct.sum(axis=1))
    assert shifted.correct.var(axis=0) == pytest.approx(resampled.correct.var(axis=0))
    # Observed classes have standard deviation 12.9, luck one of 9: a share sqrt(1 - 81 / 167) of the spread is kept.
    spread = shifted.predicted.mean(axis=0) - shifted.predicted.mean()
    assert spread == pytest.approx(np.sqrt(1 - 81 / 166.7) * np.array([15, 5, -5, -15]), abs=1.5)


def test_recentring_gives_rank_correlations_of_equal_classes_their_variance():
    """Sixteen classes that differ by luck alone: from test set to test set, Spearman's rho has variance 1 / 15."""
    random = np.random.default_rng(1)
    plain, shifted = [], []
    for _ in range(200):
        observed = 100 + random.normal(0, 5, 16)
        resampled = counts(observed + random.normal(0, 5, (200, 16)), support=200)
        plain.append(corr_acc(resampled).var())
        shifted.append(corr_acc(recentred(counts(observed, 200), resampled)).var())
    assert np.mean(plain) < 0.7 / 15
    assert np.mean(shifted) == pytest.approx(1 / 15, rel=0.15)
