"""Prune by similarity to test sets: what is nearest to them, or what is farthest (Mayilvahanan et al. 2024)."""

import torch

from clipcause.database import rows_in
from clipcause.embeddings.nearest import largest_similarity
from clipcause.embeddings.store import Store
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.embedded import (
    BLOCK,
    IMAGED,
    TESTSETS,
    Points,
    locate_images,
    nearest_of_images,
    of_testsets,
    open_stores,
    per_item,
    points_of,
)
from clipcause.subsets.interventions.sampling import wanted
from clipcause.subsets.selection import Selection

TOLERANCE = 1e-5
"""By how much a similarity must exceed the reference's; what is less is rounding."""

SCORED = f"SELECT candidates.uid, excess, point FROM {IMAGED} JOIN scores USING (number)"


def near_prune(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Drop x if sim(x, t) > max over the reference set of sim(r, t), for any image t of the test sets.

    Similarity is the cosine of the embedder's vectors, in fp32; x goes if it exceeds the threshold by more than 1e-5.
    `removed` names the test image where it exceeds by most, the similarity and the threshold there. Images without a
    vector cannot be judged and go too, and the card says how many.
    """
    stores = open_stores(candidates.embeddings, "images", "reference", TESTSETS)
    points = points_of(of_testsets(stores))
    reference = (vectors for _, vectors in stores["reference"].blocks(BLOCK))
    thresholds = largest_similarity(points.vectors, reference)
    _score(candidates, stores["images"], points, thresholds)
    nearer = f"FROM ({SCORED}) JOIN points USING (point) WHERE excess > {TOLERANCE}"
    counts = candidates.database.execute(f"SELECT testset, count(*) {nearer} GROUP BY testset ORDER BY testset")
    return Selection(
        f"SELECT uid FROM ({SCORED}) WHERE excess <= {TOLERANCE}",
        notes={"pruned_by": dict(counts.fetchall()), "without_vector": _without_vector(candidates)},
        removed=f"SELECT uid, testset, testset_uid, excess + threshold AS similarity, threshold {nearer} ORDER BY uid",
    )


def far_prune(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep the `samples` (or the share `fraction`) with the highest max over test images t of sim(x, t).

    Ties go to the smaller uid. `removed` names the nearest test image of what went. Raises UserError if fewer
    candidates than asked for have a vector.
    """
    stores = open_stores(candidates.embeddings, "images", TESTSETS)
    points = points_of(of_testsets(stores))
    _score(candidates, stores["images"], points, torch.zeros(len(points.uid)))
    samples, without = wanted(candidates, settings), _without_vector(candidates)
    if samples > candidates.count - without:
        raise UserError(
            f"subset {candidates.subset}: samples is {samples:,}, of {candidates.count:,} candidates {without:,} have "
            "no readable image; ask for fewer"
        )
    ranked = (
        f"SELECT *, row_number() OVER (ORDER BY excess DESC, uid) AS place FROM ({SCORED}) WHERE excess IS NOT NULL"
    )
    return Selection(
        f"SELECT uid FROM ({ranked}) WHERE place <= {samples}",
        notes={"without_vector": without},
        removed=f"SELECT uid, testset, testset_uid, excess AS similarity FROM ({ranked}) JOIN points USING (point) "
        f"WHERE place > {samples} ORDER BY uid",
    )


def _score(candidates: Candidates, images: Store, points: Points, thresholds: torch.Tensor) -> None:
    """Make the tables `scores` (number, excess, point) and `points` (with `threshold`)."""
    count, located = locate_images(candidates, images)
    excess, point = nearest_of_images(candidates.subset, count, located, points.vectors, thresholds)
    candidates.database.register("scores", per_item(excess=excess, point=point))
    candidates.database.register("points", points.table().append_column("threshold", [thresholds.numpy()]))


def _without_vector(candidates: Candidates) -> int:
    return rows_in(candidates.database, f"({SCORED}) WHERE excess IS NULL")
