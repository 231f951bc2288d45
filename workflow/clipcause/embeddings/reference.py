"""How near a reference set comes to test sets: what near-pruning measures a pool against, to show beside subsets."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.embeddings.nearest import largest_similarity
from clipcause.embeddings.store import open_store, require_same
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
        nearest = largest_similarity(store.vectors(), (vectors for _, vectors in reference.blocks(BLOCK))).numpy()
        columns = {"testset": [name] * store.rows, "testset_uid": store.uids(), "similarity": nearest}
        rows.append(pa.table(columns).cast(NEAREST))
    with whole(output) as temporary:
        pq.write_table(pa.concat_tables(rows), temporary)
    log.info("%d test sets compared with %s images", len(testsets), f"{reference.rows:,}")
