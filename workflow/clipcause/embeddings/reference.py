"""How near a reference set comes to test sets: what near-pruning measures a pool against, to show beside subsets."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from clipcause.embeddings.nearest import largest_similarity
from clipcause.embeddings.store import Store, open_store, require_same
from clipcause.files.outputs import whole
from clipcause.job.command import log

BLOCK = 1 << 15  # rows whose vectors are held at once
NEAREST = pa.schema([("testset", pa.string()), ("testset_uid", pa.string()), ("similarity", pa.float32())])


def write_nearest(images: Sequence[Path], testsets: Mapping[str, Sequence[Path]], output: Path) -> None:
    """Write, for each image of each test set, the largest cosine to any of `images`: columns testset, testset_uid and
    similarity, as data cards tell it of subsets.

    Raises UserError if a folder holds no embeddings, and if they are not all of one embedder.
    """
    reference, rows = open_store(images), [NEAREST.empty_table()]
    for name, folders in testsets.items():
        store = open_store(folders)
        require_same(reference.identity, store.identity, folders[0])
        rows.append(nearest_of_testset(name, store, (vectors for _, vectors in reference.blocks(BLOCK))))
    with whole(output) as temporary:
        pq.write_table(pa.concat_tables(rows), temporary)
    log.info("%d test sets compared with %s images", len(testsets), f"{reference.rows:,}")


def nearest_of_testset(name: str, testset: Store, blocks: Iterable[torch.Tensor]) -> pa.Table:
    """For each image of a test set the largest cosine to any vector of the blocks [n, d], in the columns of NEAREST."""
    similarity = largest_similarity(testset.vectors(), blocks).numpy()
    columns = {"testset": [name] * testset.rows, "testset_uid": testset.uids(), "similarity": similarity}
    return pa.table(columns).cast(NEAREST)
