"""The samples of a subset, as its manifest lists them. The columns of truth are not read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest
from clipcause.files.tarshards import Place

_COLUMNS = ("uid", "shard", "offset", "size", "caption", "label", "weight")


@dataclass(frozen=True)
class Manifest:
    """The samples that an experiment trains on, one row each, sorted by uid; captions and labels may be None.

    `weights` (float32 [n], 0 or more) say how much each sample's loss counts, relative to each other.
    """

    path: Path
    digest: str
    uids: np.ndarray  # bytes, [n]
    shards: list[str]
    offsets: list[int]
    sizes: list[int]
    captions: list[str | None]
    labels: list[str | None]
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.uids)

    @property
    def order_key(self) -> str:
        """SHA-256 of the uids: subsets of the same images, whatever their captions, are seen in the same order."""
        return hashlib.sha256(b"\n".join(self.uids.tolist())).hexdigest()

    @property
    def by_place(self) -> np.ndarray:
        """The rows in the order of shard and offset, int64 [n]: the way in which shards are read forward."""
        rank = {shard: number for number, shard in enumerate(sorted(set(self.shards)))}
        return np.lexsort((np.array(self.offsets, dtype=np.int64), [rank[shard] for shard in self.shards]))

    def place(self, row: int) -> Place:
        """Where a sample's bytes are."""
        return self.shards[row], self.offsets[row], self.sizes[row]

    def keep(self, rows: Sequence[int]) -> "Manifest":
        """The manifest cut to some rows; `digest` stays the file's."""
        columns = (self.shards, self.offsets, self.sizes, self.captions, self.labels)
        kept = ([column[row] for row in rows] for column in columns)
        return Manifest(self.path, self.digest, self.uids[rows], *kept, self.weights[rows])

    @classmethod
    def joined(cls, manifests: Sequence["Manifest"]) -> "Manifest":
        """The rows of several manifests, one after another; weights count relative to each one's own mean.

        A uid may stand in more than one; `path` and `digest` are the last one's. One manifest stays as it is.
        """
        if len(manifests) == 1:
            return manifests[0]
        last = manifests[-1]
        names = ("shards", "offsets", "sizes", "captions", "labels")
        columns = ([value for each in manifests for value in getattr(each, name)] for name in names)
        weights = np.concatenate([each.weights / each.weights.mean() for each in manifests])
        uids = np.concatenate([each.uids for each in manifests])
        return cls(last.path, last.digest, uids, *columns, weights)

    def require(self, column: str, values: Sequence[str | None], reader: str) -> None:
        """Raise UserError if some of a column's `values` are None; `reader` is the objective that needs them all."""
        missing = sum(value is None for value in values)
        if missing:
            raise UserError(
                f"{self.path}: {missing} of {len(self)} samples have no {column}, which objective {reader} needs; "
                f"all arms must see the same images, so make the subset of samples with a {column}"
            )


def read_manifest(path: str | Path) -> Manifest:
    """Read a manifest.

    Raises UserError if it is missing, lacks a column, repeats a uid, lacks an image's place, or has impossible weights.
    """
    path = Path(path)
    try:
        with parquet.ParquetFile(path) as file:  # read_table imports pyarrow's dataset module, which costs a second
            table = file.read(columns=list(_COLUMNS))
    except FileNotFoundError as error:
        raise UserError(f"{path}: this manifest does not exist; make the subset first") from error
    except pa.ArrowInvalid as error:
        raise UserError(f"{path}: not a readable manifest ({error}); make the subset again") from error
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        raise UserError(f"{path}: not a manifest, it has no column {', '.join(missing)}; make the subset again")
    uid, shard, offset, size, caption, label, weight = (table.column(name).to_pylist() for name in _COLUMNS)
    if not all(isinstance(each, str) for each in uid):
        raise UserError(f"{path}: some uids are no text; make the subset again")
    if len(set(uid)) < len(uid):
        raise UserError(f"{path}: {len(uid) - len(set(uid))} uids are repeated; a manifest lists each sample once")
    weights = np.array(weight, dtype=np.float32)  # None becomes NaN
    if not (weights >= 0).all() or not weights.any() or np.isinf(weights).any():
        raise UserError(f"{path}: weights are numbers of 0 or more, and not all 0; make the subset again")
    placeless = sum(None in place for place in zip(shard, offset, size, strict=True))
    if placeless:
        raise UserError(f"{path}: {placeless} samples have no image; a subset holds downloaded samples only")
    uids = np.array([each.encode() for each in uid])
    return Manifest(path, file_digest(path), uids, shard, offset, size, caption, label, weights)
