"""How a subset's images resemble each other and those of test sets."""

import numpy as np
import pyarrow as pa

from clipcause.embeddings.nearest import nearest_earlier
from clipcause.embeddings.reference import nearest_of_testset
from clipcause.embeddings.store import Located, Store
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.clusters import clustered
from clipcause.subsets.embedded import BLOCK, TESTSETS, locate_images, of_testsets, open_stores
from clipcause.subsets.interventions.duplicates import ROUNDING, count_contamination, find_contamination

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def likeness(candidates: Candidates, near: float) -> tuple[dict, pa.Table]:
    """What a data card says of similarity, and for each image of each test set its nearest-neighbour similarity.

    By test set the quantiles of these similarities and how many images of the subset it contains, exact duplicates and
    others within the cosine distance `near`; and how many images of the subset have a twin in it. The table has the
    columns testset, testset_uid and similarity, the largest cosine of the test image to any image of the subset.
    """
    stores = open_stores(candidates.embeddings, "images", TESTSETS)
    find_contamination(candidates, stores, near)
    _, located = locate_images(candidates, stores["images"])
    contaminated, told, rows = count_contamination(candidates), {}, []
    for testset, store in of_testsets(stores).items():
        nearest = nearest_of_testset(testset, store, (vectors for _, vectors in located.blocks(BLOCK)))
        similarity = nearest["similarity"].to_numpy()
        told[testset] = {
            "nearest": {f"{each:g}": float(np.quantile(similarity, each)) for each in QUANTILES},
            "contaminated": contaminated.get(testset, {"exact": 0, "near": 0}),
        }
        rows.append(nearest)
    return {"testsets": told, "duplicates": _duplicates(candidates, stores, located, near)}, pa.concat_tables(rows)


def _duplicates(candidates: Candidates, stores: dict[str, Store], located: Located, near: float) -> dict:
    """How many images equal an earlier one to the model's eye, and how many more lie within `near` of one."""
    exact = candidates.database.execute(
        "SELECT count(*) - count(DISTINCT pixels) FROM ("
        f"SELECT min(pixels) AS pixels FROM {stores['images'].table} JOIN numbered USING (uid) GROUP BY uid)"
    ).fetchall()[0][0]
    alike = 0
    for _, vectors in clustered(candidates, located, None, candidates.spill):
        alike += int((nearest_earlier(vectors).excess >= 1 - near - ROUNDING).sum())
    return {"exact": exact, "near": max(alike - exact, 0), "distance": near}
