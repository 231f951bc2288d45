"""Retrieval: how often the right image is among the first k for a caption, and a right caption for an image.

Ranks first, one per query, so that recall under any weighting of the images is one matrix product. Recall as in
papers on CLIP, and in CLIP-benchmark: an image is found if any of its captions is among the first k. Three differences
to CLIP-benchmark, none of which shows on the usual sets: equal scores count against the model here (there, whichever
topk takes first), an image without captions is refused (there, a miss), and k may exceed the number of candidates.
"""

from dataclasses import dataclass

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.weighting import weighted_mean

BLOCK_BYTES = 64 * 2**20
TIE = 1e-9
"""Cosines closer than this are equal: equal vectors must tie, however the matrix product is cut into blocks."""


@dataclass(frozen=True)
class Ranks:
    """Ranks of the right answers, 1 the best; `image_of` [m] is the number of each caption's image.

    image    [n] of the image's best caption among all m captions, its own other captions left aside
    caption  [m] of the caption's image among all n images
    """

    image: np.ndarray
    caption: np.ndarray
    image_of: np.ndarray


def ranks(images: np.ndarray, captions: np.ndarray, image_of: np.ndarray) -> Ranks:
    """Rank by cosine: images [n, d] and captions [m, d] of unit length, image_of [m] in 0 ... n-1.

    rank = 1 + number of wrong candidates at least as similar as the right one. Computed in float64, in blocks of
    images; memory beside the float64 vectors is about twice BLOCK_BYTES. Raises UserError if an image has no caption.
    """
    without = np.flatnonzero(np.bincount(image_of, minlength=len(images)) == 0)
    if len(without):
        raise UserError(f"retrieval: image number {without[0]} has no caption; give it one or leave it out")
    images, captions = images.astype(np.float64), captions.astype(np.float64)
    own = np.concatenate(
        [(captions[part] * images[image_of[part]]).sum(axis=1) for part in _blocks(len(captions), images.shape[1])]
    )
    best = np.full(len(images), -np.inf)
    np.maximum.at(best, image_of, own)

    image_rank = np.ones(len(images), dtype=np.int64)
    caption_rank = np.ones(len(captions), dtype=np.int64)
    for part in _blocks(len(images), len(captions)):
        scores = images[part] @ captions.T
        wrong = image_of != np.arange(part.start, part.stop)[:, None]
        image_rank[part] += ((scores >= best[part, None] - TIE) & wrong).sum(axis=1)
        caption_rank += ((scores >= own - TIE) & wrong).sum(axis=0)
    return Ranks(image_rank, caption_rank, image_of)


def text_retrieval_recall(ranks: Ranks, k: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Share of images that find one of their captions among the first k, [R], under weights [R, n] of the images.

    The candidates stay those of the test set: a weighting says which queries were drawn, not which candidates.
    """
    return weighted_mean((ranks.image <= k).astype(np.float64), weights)


def image_retrieval_recall(ranks: Ranks, k: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Share of captions that find their image among the first k, [R], under weights [R, n] of the images.

    A caption weighs what its image weighs, so captions of one image are drawn together:
    sum_i w_i (captions of i that find it) / sum_i w_i (captions of i).
    """
    images = len(ranks.image)
    found = np.bincount(ranks.image_of[ranks.caption <= k], minlength=images)
    captions = np.bincount(ranks.image_of, minlength=images)
    return weighted_mean(found.astype(np.float64), weights) / weighted_mean(captions.astype(np.float64), weights)


def _blocks(rows: int, columns: int) -> list[slice]:
    size = max(1, BLOCK_BYTES // (8 * columns))
    return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]
