"""Test sets as evaluation reads them: what they ask, and their images in batches, decoded once per size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from clipcause.benchmark_layout import CLASSIFICATION
from clipcause.errors import UserError
from clipcause.models.preprocess import Preprocess
from clipcause.outputs import read_json
from clipcause.tarshards import ShardReader


@dataclass(frozen=True)
class TestSet:
    """A classification test set; `samples` has the columns uid, shard, offset, size, label, in the set's order."""

    __test__ = False  # its name begins with Test; pytest must not collect it

    name: str
    classnames: list[str]
    templates: list[str]
    samples: pd.DataFrame


def read_testset(directory: str | Path) -> TestSet:
    """Read `testset.json` and `samples.parquet` of a directory. Raises UserError if it is not for classification."""
    directory = Path(directory)
    about = read_json(directory / "testset.json")
    if about["kind"] != CLASSIFICATION:
        raise UserError(f"{directory}: a {about['kind']} test set has no classes to predict; leave it out here")
    samples = pd.read_parquet(directory / "samples.parquet")
    return TestSet(directory.name, about["classnames"], about["templates"], samples)


def image_size(preprocess: Preprocess) -> tuple[int, int]:
    """Height and width in pixels to which a model's images are decoded."""
    return preprocess.height, preprocess.width


def batches(
    testset: TestSet, preprocesses: Sequence[Preprocess], batch: int
) -> Iterator[dict[tuple[int, int], torch.Tensor]]:
    """Yield the images in order, `batch` at a time: per image size asked for, pixels uint8 [n, H, W, 3].

    Every image is read once, and decoded once per size. Raises UserError for an image that cannot be decoded.
    """
    decoders = {image_size(preprocess): preprocess for preprocess in preprocesses}
    reader = ShardReader()
    for start in range(0, len(testset.samples), batch):
        rows = testset.samples.iloc[start : start + batch]
        contents = {row.uid: reader.read(row.shard, row.offset, row.size) for row in rows.itertuples()}
        yield {size: _decoded(testset, contents, decoder) for size, decoder in decoders.items()}


def _decoded(testset: TestSet, contents: dict[str, bytes], decoder: Preprocess) -> torch.Tensor:
    pixels = {uid: decoder.decode(content) for uid, content in contents.items()}
    for uid, image in pixels.items():
        if image is None:
            raise UserError(f"test set '{testset.name}': image {uid} cannot be decoded; repair or remove it")
    return torch.from_numpy(np.stack(list(pixels.values())))
