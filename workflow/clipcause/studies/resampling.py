"""Paired bootstrap over test samples: one stream of resamples that every arm and seed of a study shares."""

from collections.abc import Iterator

import numpy as np

from clipcause.evaluation.tally import Tally
from clipcause.files.outputs import settings_digest

BLOCK_BYTES = 64 * 2**20


def resamples(labels: np.ndarray, count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield blocks [B, n] (float64) of `count` resamples in all: the weight of each of the n test samples.

    Resampling is stratified: every class of `labels` [n] keeps its total weight n_c, so a class-balanced test set
    stays balanced. n_c - 1 samples of a class are drawn with replacement, each of weight n_c / (n_c - 1), which
    makes the variance of a mean unbiased for small classes too (Rao and Wu 1988, J. Am. Stat. Assoc. 83). A class of
    one sample keeps it. The same labels, count and seed give the same resamples.
    """
    samples = len(labels)
    by_class = np.argsort(labels, kind="stable")
    _, first, size = np.unique(labels[by_class], return_index=True, return_counts=True)
    drawing = np.ones(samples, dtype=bool)
    drawing[first[size > 1]] = False  # one draw fewer than there are samples
    first, size = np.repeat(first, size)[drawing], np.repeat(size, size)[drawing]
    weight = size / np.maximum(size - 1, 1)

    random = np.random.Generator(np.random.Philox(seed))
    rows_per_block = max(1, BLOCK_BYTES // (8 * samples))
    for start in range(0, count, rows_per_block):
        rows = min(rows_per_block, count - start)
        drawn = by_class[first + (random.random((rows, len(size))) * size).astype(np.int64)]
        cell = drawn + samples * np.arange(rows)[:, None]
        times = np.bincount(cell.ravel(), np.tile(weight, rows), minlength=rows * samples)
        yield times.reshape(rows, samples)


def resampling_seed(testset: str) -> int:
    """The seed of a test set's resamples, of its name alone, so that whatever is measured on it shares them."""
    return int(settings_digest(["resamples of a test set", testset]), 16)


def recentred(observed: Tally, resampled: Tally) -> Tally:
    """Shift the resampled counts [R, C] so that classes differ as much as without the luck of the test samples.

    Observed classes differ because they are different and because of which samples were drawn; each resample adds
    the second part once more. A rank correlation would then move less from resample to resample than from test set
    to test set: by half the variance where classes differ by luck alone. So the observed values are first drawn
    towards their mean, until they and the luck of one resample spread as widely as what was observed. Measures
    that are linear in the counts keep their variance.
    """
    rates = {
        name: _centred(getattr(observed, name)[0] / observed.support[0], getattr(resampled, name) / resampled.support)
        for name in ("correct", "top5")
    }
    return Tally(
        frequency=resampled.frequency,
        support=resampled.support,
        correct=rates["correct"] * resampled.support,
        top5=rates["top5"] * resampled.support,
        predicted=_centred(observed.predicted[0], resampled.predicted),
    )


def _centred(observed: np.ndarray, resampled: np.ndarray) -> np.ndarray:
    """Resampled values [R, C] about observed values [C] that are drawn together by what luck adds to their spread."""
    if len(observed) < 2 or len(resampled) < 2:
        return resampled
    luck = resampled.var(axis=0, ddof=1).mean()
    spread = observed.var(ddof=1)
    kept = np.sqrt(max(0.0, 1 - luck / spread)) if spread > 0 else 0.0
    return resampled + (kept - 1) * (observed - observed.mean())
