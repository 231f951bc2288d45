"""What a data card says of a subset beyond its sizes: attributes, similarity, and truth where there is one."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.files.outputs import whole, write_json
from clipcause.job.command import log
from clipcause.subsets.attributes import bias_of, indicator
from clipcause.subsets.candidates import open_candidates
from clipcause.subsets.order import Order
from clipcause.subsets.truth import duplicates, kept_kinds

NEAREST = pa.schema([("testset", pa.string()), ("testset_uid", pa.string()), ("similarity", pa.float32())])


def write_details(
    order: Order,
    attributes: Mapping[str, dict],
    near_duplicate: float,
    output: Path,
    nearest: Path,
    threads: int,
    memory_mb: int,
) -> None:
    """Describe a manifest, the only source of `order`, in `output`, and its similarity to test images in `nearest`.

    Attributes by a column that its pools lack are left out, and so is similarity without embeddings. Images
    within the cosine distance `near_duplicate` count as near duplicates. `nearest` has the columns testset, testset_uid
    and similarity, of the nearest image of the subset.
    """
    if order.embeddings:
        from clipcause.subsets.likeness import likeness  # needs torch, which takes seconds to import
    kept = open_candidates(order, threads, memory_mb, spill=output.parent)
    pools = replace(order, sources=order.pools)
    everything = open_candidates(pools, threads, memory_mb, spill=output.parent)
    present = kept.columns()
    described = {
        "subset": order.name,
        "draw": order.draw,
        "attributes": {
            name: bias_of(kept, indicator(kept, of, name), of["target"])
            for name, of in attributes.items()
            if of["column"] is None or of["column"] in present
        },
        "truth": kept_kinds(kept, everything),
        "true_duplicates": duplicates(kept, everything),
        "likeness": None,
    }
    rows = NEAREST.empty_table()
    if order.embeddings:
        described["likeness"], rows = likeness(kept, near_duplicate)
    with whole(nearest) as temporary:
        pq.write_table(rows, temporary)
    write_json(output, described)
    log.info("subset %s, draw %d: described", order.name, order.draw)
