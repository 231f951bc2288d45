"""Drop images that are there already: near-duplicates within the pool, and images of test sets."""

import numpy as np
import pyarrow as pa

from clipcause.database import text
from clipcause.embeddings.nearest import nearest_earlier
from clipcause.embeddings.store import Store
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.clusters import clustered
from clipcause.subsets.embedded import (
    IMAGED,
    TESTSETS,
    locate_images,
    nearest_of_images,
    of_testsets,
    open_stores,
    per_item,
)
from clipcause.subsets.selection import Selection

ROUNDING = 1e-6  # equal vectors have a similarity this near to 1


def deduplicate(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Drop x if an earlier image of its cluster, kept or not, is within the cosine distance `distance`.

    Clusters are k-means over the vectors; earlier is by a hash of the uid (Mayilvahanan et al. 2024). `removed` names
    the most similar of the earlier images. Rows of one image stay together; images without a vector stay.
    """
    stores = open_stores(candidates.embeddings, "images")
    images, located = locate_images(candidates, stores["images"])
    similarity, twin = np.full(images, np.nan, np.float32), np.zeros(images, np.int64)
    clusters = 0
    for numbers, vectors in clustered(candidates, located, settings["clusters"], candidates.spill):
        found = nearest_earlier(vectors)
        similarity[numbers], twin[numbers] = found.excess.numpy(), numbers[found.point.numpy()]
        clusters += 1
    candidates.database.register("scores", per_item(similarity=similarity, twin=twin))
    least = 1 - settings["distance"] - ROUNDING
    scored = f"{IMAGED} JOIN scores USING (number)"
    return Selection(
        f"SELECT candidates.uid FROM {scored} WHERE similarity IS NULL OR similarity < {least!r}",
        notes={"clusters": clusters, "without_vector": int(np.isnan(similarity).sum())},
        removed=f"SELECT candidates.uid, twins.uid AS duplicate_of, similarity FROM {scored} "
        f"JOIN numbered AS twins ON twins.number = twin WHERE similarity >= {least!r} ORDER BY uid",
    )


def decontaminate(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Drop images that stand in a test set: what the model sees is equal, or within the cosine distance `distance`.

    `removed` names the most similar test image, the similarity, and whether the two are equal. With `distance` null
    only equal images go. Images without a vector stay.
    """
    stores = open_stores(candidates.embeddings, "images", TESTSETS)
    without = find_contamination(candidates, stores, settings["distance"])
    return Selection(
        "SELECT uid FROM candidates ANTI JOIN contaminated USING (uid)",
        notes={"contaminated": count_contamination(candidates), "without_vector": without},
        removed="FROM contaminated QUALIFY row_number() OVER "
        "(PARTITION BY uid ORDER BY exact DESC, similarity DESC, testset, testset_uid) = 1 ORDER BY uid",
    )


def find_contamination(candidates: Candidates, stores: dict[str, Store], distance: float | None) -> int:
    """Make the table `contaminated` of the candidates whose image a test set has, once per test set.

    Columns uid, testset, testset_uid, similarity, exact: equal images, else those within the cosine `distance`, the
    most similar image of the test set; with `distance` None similarity is NULL. Returns how many images have no vector.
    """
    images, located = locate_images(candidates, stores["images"])
    database = candidates.database
    database.execute(
        "CREATE OR REPLACE TEMP TABLE contaminated "
        "(uid VARCHAR, testset VARCHAR, testset_uid VARCHAR, similarity FLOAT, exact BOOLEAN)"
    )
    least = 2 if distance is None else 1 - distance - ROUNDING
    for testset, store in of_testsets(stores).items():
        similarity, point = np.full(images, np.nan, np.float32), np.zeros(images, np.int64)
        if distance is not None:
            similarity, point = nearest_of_images(candidates.subset, images, located, store.vectors())
        database.register("scores", per_item(similarity=similarity, point=point))
        database.register("points", pa.table({"point": range(store.rows), "testset_uid": store.uids()}))
        database.execute(f"""
            INSERT INTO contaminated
            WITH equal AS (
                SELECT seen.uid, min(tested.uid) AS testset_uid
                FROM {stores["images"].table} AS seen JOIN {store.table} AS tested USING (pixels) GROUP BY seen.uid
            )
            SELECT candidates.uid, {text(testset)},
                coalesce(equal.testset_uid, points.testset_uid), similarity, equal.uid IS NOT NULL AS exact
            FROM {IMAGED} JOIN scores USING (number) JOIN points USING (point)
            LEFT JOIN equal ON equal.uid = numbered.uid WHERE equal.uid IS NOT NULL OR similarity >= {least!r}""")
    return images - len(located.number)


def count_contamination(candidates: Candidates) -> dict[str, dict[str, int]]:
    """How many candidates in `contaminated` are exact and near duplicates of a test set's images, by test set."""
    rows = candidates.database.execute(
        "SELECT testset, count(*) FILTER (exact), count(*) FILTER (NOT exact) FROM contaminated "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {testset: {"exact": exact, "near": near} for testset, exact, near in rows}
