"""Embeddings written by hand, as the embeddings stage writes them."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from clipcause.files.outputs import write_json

IDENTITY = {"model": "made", "weights": "these", "preprocess": {}, "precision": "fp32"}


def write_embeddings(
    folder: Path,
    uids: Sequence[str],
    vectors: torch.Tensor,
    pixels: Sequence[str] | None = None,
    files: Sequence[int] | None = None,
    **identity: object,
) -> Path:
    """Write unit vectors [n, d] with their uids, in files of so many rows each."""
    folder.mkdir(parents=True)
    start, dimensions = 0, vectors.shape[1]
    for number, rows in enumerate(files or [len(uids)]):
        part = slice(start, start + rows)
        flat = pa.array(vectors[part].half().numpy().ravel(), pa.float16())
        columns = {"uid": pa.array(uids[part], pa.string())}
        if pixels is not None:
            columns["pixels"] = pa.array(pixels[part], pa.string())
        columns["embedding"] = pa.FixedSizeListArray.from_arrays(flat, dimensions)
        pq.write_table(pa.table(columns), folder / f"{number:05}.parquet")
        start += rows
    about = IDENTITY | {"dimensions": dimensions} | identity
    write_json(folder / "embedder.json", {"embedder": about, "rows": len(uids), "undecodable": 0})
    return folder
