"""Images in clusters, so that only those of one cluster are compared with each other."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from torch.nn import functional

from clipcause.embeddings.nearest import nearest_points
from clipcause.embeddings.store import Located, unit_vectors
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.embedded import BLOCK, arranged

PER_CLUSTER = 8000  # images in a cluster of the paper: 400 million in 50,000
SAMPLE = 256  # images per cluster that the clusters are found on
LARGEST_SAMPLE = 1 << 19  # images


def clustered(
    candidates: Candidates, located: Located, clusters: int | None, folder: Path
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Yield of every cluster the images' numbers [n] and unit vectors (fp32 [n, d]), ordered by a hash of the uid.

    `clusters` of them, by default one for about 8,000 images, by k-means over the vectors; each image belongs to the
    centre of the largest cosine. The vectors lie sorted in a file in `folder` meanwhile.
    """
    count = clusters or max(1, round(len(located.number) / PER_CLUSTER))
    centres = _centres(candidates, located, min(count, len(located.number), LARGEST_SAMPLE))
    cluster = np.concatenate([nearest_points(vectors, centres).point.numpy() for _, vectors in located.blocks(BLOCK)])
    database = candidates.database
    database.register("assigned", pa.table({"number": located.number, "cluster": cluster}))
    places = database.sql(
        "SELECT number, cluster, row_number() OVER (ORDER BY cluster, sha256(uid), uid) - 1 AS place "
        "FROM assigned JOIN numbered USING (number) ORDER BY place"
    ).to_arrow_table()
    numbers, sizes = places["number"].to_numpy(), np.bincount(places["cluster"].to_numpy(), minlength=len(centres))
    place = np.zeros(numbers.max() + 1, np.int64)
    place[numbers] = np.arange(len(numbers))
    with arranged(located, place, folder) as vectors:
        yield from _slices(candidates.subset, numbers, vectors, np.cumsum(sizes[sizes > 0]))


def _centres(candidates: Candidates, located: Located, clusters: int) -> torch.Tensor:
    """Unit vectors of the centres, [clusters, d], found on a sample of the images that a hash of the uid chooses."""
    if clusters == 1:
        return torch.zeros(1, located.store.dimensions)
    from sklearn.cluster import MiniBatchKMeans  # takes seconds to import

    most = min(SAMPLE * clusters, LARGEST_SAMPLE)
    candidates.database.register("located", pa.table({"number": located.number}))
    chosen = candidates.database.execute(
        "SELECT number FROM numbered SEMI JOIN located USING (number) "
        f"ORDER BY sha256('cluster ' || uid), uid LIMIT {most}"
    ).fetchnumpy()["number"]
    sampled = np.zeros(located.number.max() + 1, bool)
    sampled[chosen] = True
    vectors = np.concatenate([found.numpy()[sampled[numbers]] for numbers, found in located.blocks(BLOCK)])
    log.info("subset %s: finding %s clusters among %s images", candidates.subset, f"{clusters:,}", f"{len(vectors):,}")
    found = MiniBatchKMeans(clusters, init="random", batch_size=4096, n_init=1, random_state=0).fit(vectors)
    return functional.normalize(torch.from_numpy(found.cluster_centers_.astype(np.float32)), dim=-1)


def _slices(
    subset: str, numbers: np.ndarray, vectors: np.ndarray, ends: np.ndarray
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    progress, start = Progress(f"subset {subset}: comparing within clusters", len(numbers), "images"), 0
    for end in ends:
        yield numbers[start:end], unit_vectors(vectors[start:end])
        start = end
        progress.update(int(end))
