"""Embeddings on disk, read in blocks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch.nn import functional

from clipcause.database import readable, table, text
from clipcause.embeddings.embed import IDENTITY
from clipcause.errors import UserError, also_shared
from clipcause.files.outputs import read_json


@dataclass(frozen=True)
class Store:
    """One side of one or several collections, embedded by one embedder: its parquet files, in order."""

    files: tuple[Path, ...]
    identity: dict
    rows: int

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self.identity["dimensions"]

    @property
    def table(self) -> str:
        """SQL of the rows: uid, of images `pixels`, embedding."""
        return table(self.files)

    def blocks(self, rows: int) -> Iterator[tuple[pa.Array, torch.Tensor]]:
        """Uids and unit vectors (fp32 [n, d]) of at most `rows` rows at a time."""
        for file in self.files:
            with readable_file(file) as opened:
                for batch in opened.iter_batches(rows, columns=["uid", "embedding"]):
                    yield batch["uid"], unit_vectors(halves(batch["embedding"]))

    def vectors(self) -> torch.Tensor:
        """All unit vectors at once, fp32 [rows, d]."""
        return torch.cat([torch.empty(0, self.dimensions), *(vectors for _, vectors in self.blocks(1 << 16))])

    def uids(self) -> pa.Array:
        """All uids, in the order of the vectors."""
        return pa.chunked_array([pq.read_table(file, columns=["uid"])["uid"] for file in self.files]).combine_chunks()

    def locate(self, database: duckdb.DuckDBPyConnection, numbered: str) -> "Located":
        """Where the vectors are of the items that the table `numbered` (uid, number) lists.

        Items without a vector are left out; one that has several has the first.
        """
        files = f"[{', '.join(map(text, self.files))}]"
        with readable(self.files[0].parent):
            rows = database.sql(
                f"SELECT list_position({files}, filename) - 1 AS file, file_row_number AS row, number "
                f"FROM read_parquet({files}, filename = true, file_row_number = true) JOIN {numbered} USING (uid) "
                "QUALIFY row_number() OVER (PARTITION BY number ORDER BY file, row) = 1 ORDER BY file, row"
            ).to_arrow_table()
        return Located(self, *(rows[column].to_numpy() for column in ("file", "row", "number")))


@dataclass(frozen=True)
class Located:
    """Some rows of a store: file, row within it, and the number of the item that it belongs to, [n] each, in order."""

    store: Store
    file: np.ndarray
    row: np.ndarray
    number: np.ndarray

    def blocks(self, rows: int) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        """Numbers [n] and unit vectors (fp32 [n, d]), from at most `rows` rows of a file at a time."""
        for file in np.unique(self.file):
            here = slice(*np.searchsorted(self.file, (file, file + 1)))
            wanted, numbers, start = self.row[here], self.number[here], 0
            with readable_file(self.store.files[file]) as opened:
                for batch in opened.iter_batches(rows, columns=["embedding"]):
                    within = slice(*np.searchsorted(wanted, (start, start + batch.num_rows)))
                    if within.start < within.stop:
                        vectors = halves(batch["embedding"])[wanted[within] - start]
                        yield numbers[within], unit_vectors(vectors)
                    start += batch.num_rows


def open_store(folders: Sequence[str | Path]) -> Store:
    """Open what the `embed` command made in one or several folders.

    Raises UserError for a folder that holds none, and if the folders are of different embedders.
    """
    identity, rows, files = None, 0, []
    for folder in map(Path, folders):
        try:
            about = read_json(folder / IDENTITY)
            identity, own, rows = identity or about["embedder"], about["embedder"], rows + about["rows"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{folder}: holds no embeddings ({error}); embed the images or captions first") from error
        require_same(identity, own, folder)
        files += sorted(folder.glob("*.parquet"))
    if not rows:
        raise UserError(f"{', '.join(map(str, folders))}: no image could be decoded, so that none is embedded")
    return Store(tuple(files), identity, rows)


def require_same(identity: dict, other: dict, folder: Path) -> None:
    """Raise UserError, saying in what they differ, unless two embedders are one; the other was found in `folder`."""
    found = [
        f"{key} is {value} here, {other.get(key)} there" for key, value in identity.items() if other.get(key) != value
    ]
    if found:
        raise UserError(
            f"{folder}: embedded by another model, and similarities of two models do not compare: {'; '.join(found)}; "
            "embed all that is compared with one embedder"
        )


@contextmanager
def readable_file(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file of vectors. Raises UserError if it is damaged."""
    try:
        with pq.ParquetFile(path) as opened:
            yield opened
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            f"{path}: cannot be read ({error}); delete {path.parent}{also_shared(path)} and run again"
        ) from error


def halves(embedding: pa.Array) -> np.ndarray:
    """The fp16 numbers of a column of embeddings, [n, d]."""
    return embedding.flatten().to_numpy(zero_copy_only=True).reshape(len(embedding), embedding.type.list_size)


def unit_vectors(numbers: np.ndarray) -> torch.Tensor:
    """Vectors of length 1 in fp32, [n, d], of fp16 numbers, whose length rounding has changed a little."""
    return functional.normalize(torch.from_numpy(numbers.astype(np.float32)), dim=-1)
