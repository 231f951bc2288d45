"""Candidates and what they are compared with, as vectors of one embedder."""

import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from clipcause.database import rows_in
from clipcause.embeddings.nearest import nearest_points
from clipcause.embeddings.store import Located, Store, open_store, require_same
from clipcause.errors import UserError
from clipcause.job.progress import Progress
from clipcause.subsets.candidates import Candidates

BLOCK = 1 << 15  # rows whose vectors are held at once
TESTSETS = "testsets/"
IMAGED = "(SELECT uid FROM candidates) AS candidates JOIN numbered ON numbered.uid = split_part(candidates.uid, '#', 1)"
"""SQL of candidates, their uids alone, with their images in `numbered`: pools have columns such as `similarity` too."""


def open_stores(folders: Mapping[str, tuple[Path, ...]], *needed: str) -> dict[str, Store]:
    """The store of each part that embeddings play; see `Order`.

    Raises UserError if a `needed` part is missing, and if they were not all embedded by one model.
    """
    for role in needed:
        if not any(each.startswith(role) for each in folders):
            raise UserError(f"no embeddings for the part {role}; there are {', '.join(folders) or 'none'}")
    stores = {role: open_store(each) for role, each in folders.items()}
    first = next(iter(stores.values()))
    for role, store in stores.items():
        require_same(first.identity, store.identity, folders[role][0])
    return stores


def _number_images(candidates: Candidates) -> int:
    """Make the table `numbered` (uid, number) of the candidates' images, in the order of their uids; how many.

    A candidate that stands several times, `uid#2` and so on, has one image.
    """
    candidates.database.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS SELECT uid, row_number() OVER (ORDER BY uid) - 1 AS number "
        "FROM (SELECT DISTINCT split_part(uid, '#', 1) AS uid FROM candidates)"
    )
    return rows_in(candidates.database, "numbered")


def locate_images(candidates: Candidates, store: Store) -> tuple[int, Located]:
    """How many images the candidates have, and where their vectors are, by the number in the table `numbered`.

    Raises UserError if none has one.
    """
    images = _number_images(candidates)
    located = store.locate(candidates.database, "numbered")
    if not len(located.number):
        raise UserError(f"subset {candidates.subset}: none of its images is embedded; embed its pools again")
    return images, located


@dataclass(frozen=True)
class Points:
    """The images of some test sets: unit vectors fp32 [t, d], and of each its test set and uid."""

    vectors: torch.Tensor
    testset: list[str]
    uid: list[str]

    def table(self) -> pa.Table:
        """The points by their place in `vectors`: columns point, testset, testset_uid."""
        return pa.table({"point": range(len(self.uid)), "testset": self.testset, "testset_uid": self.uid})


def of_testsets(stores: Mapping[str, Store]) -> dict[str, Store]:
    """The stores of test sets among others, by the test set's name."""
    return {role.removeprefix(TESTSETS): store for role, store in stores.items() if role.startswith(TESTSETS)}


def points_of(testsets: Mapping[str, Store]) -> Points:
    """The images of all these test sets."""
    vectors, names, uids = [], [], []
    for name, store in testsets.items():
        vectors.append(store.vectors())
        uids += store.uids().to_pylist()
        names += [name] * store.rows
    return Points(torch.cat(vectors), names, uids)


@contextmanager
def arranged(located: Located, places: np.ndarray, folder: Path) -> Iterator[np.ndarray]:
    """Located vectors, fp16 [n, d], in an order of one's own: that of item k lies at places[k], others are 0.

    They lie in a file in `folder`, which is gone afterwards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape = (int(places.max()) + 1, located.store.dimensions)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".vectors.", suffix=".part") as file:
        os.posix_fallocate(file.fileno(), 0, 2 * math.prod(shape))  # a full disk is an error here, not a signal later
        vectors = np.memmap(file.name, np.float16, "r+", shape=shape)
        for numbers, found in located.blocks(BLOCK):
            vectors[places[numbers]] = found.numpy()
        yield vectors


def nearest_of_images(
    subset: str, images: int, located: Located, points: torch.Tensor, thresholds: torch.Tensor | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """For each numbered image the largest similarity to points [t, d], less their thresholds, and that point.

    fp32 [images], NaN for an image without a vector, and int64 [images].
    """
    excess, point = np.full(images, np.nan, np.float32), np.zeros(images, np.int64)
    progress = Progress(f"subset {subset}: comparing with {len(points):,} images", len(located.number), "images")
    done = 0
    for numbers, vectors in located.blocks(BLOCK):
        found = nearest_points(vectors, points, thresholds)
        excess[numbers], point[numbers] = found.excess.numpy(), found.point.numpy()
        done += len(numbers)
        progress.update(done)
    return excess, point


def per_item(**values: np.ndarray) -> pa.Table:
    """Values of each numbered image or caption, [n] each, as a table with the column `number`; NaN is NULL."""
    columns = {name: pa.array(value, from_pandas=True) for name, value in values.items()}
    return pa.table({"number": np.arange(len(next(iter(values.values()))))} | columns)
