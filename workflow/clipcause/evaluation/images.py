"""The images of a test set in batches, decoded once per image size."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from clipcause.errors import UserError
from clipcause.evaluation.testset import TestSet
from clipcause.files.tarshards import ShardReader
from clipcause.models.preprocess import Preprocess


def decoding(preprocess: Preprocess) -> tuple:
    """What decides the pixels that a model's images are decoded to; models that agree in it share them."""
    described = preprocess.described
    return (*described["image_size"], described["interpolation"], described["resize"])


def batches(testset: TestSet, preprocesses: Sequence[Preprocess], batch: int) -> Iterator[dict[tuple, torch.Tensor]]:
    """Yield the images in order, `batch` at a time: per `decoding` asked for, pixels uint8 [n, H, W, 3].

    Every image is read once, and decoded once per decoding. Raises UserError for an image that cannot be decoded.
    """
    decoders = {decoding(preprocess): preprocess for preprocess in preprocesses}
    reader = ShardReader()
    for start in range(0, len(testset.samples), batch):
        rows = testset.samples.iloc[start : start + batch]
        contents = [(row.uid, reader.read(row.shard, row.offset, row.size)) for row in rows.itertuples()]
        yield {key: _decoded(testset, contents, decoder) for key, decoder in decoders.items()}


def _decoded(testset: TestSet, contents: list[tuple[str, bytes]], decoder: Preprocess) -> torch.Tensor:
    pixels = []
    for uid, content in contents:
        image = decoder.decode(content)
        if image is None:
            raise UserError(f"test set '{testset.name}': image {uid} cannot be decoded; repair or remove it")
        pixels.append(image)
    return torch.from_numpy(np.stack(pixels))
