"""Images and captions through an embedder, in batches that fit into memory."""

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch

from clipcause.embeddings.batch_size import batch_memory, batch_size
from clipcause.embeddings.embedder import Embedder
from clipcause.embeddings.items import CAPTIONS, IMAGES, Unit
from clipcause.errors import UserError
from clipcause.files.tarshards import ShardReader

AHEAD = 2  # batches that are decoded ahead of the one in use


class Batch(NamedTuple):
    """Embedded items: uids, vectors fp16 [n, d], digests of their pixels (images), and of how many items they are.

    Images that cannot be decoded are among the items and not among the rest.
    """

    uids: list[str]
    vectors: torch.Tensor
    pixels: list[str]
    items: int


class ImageEncoder:
    """Decodes images in threads, ahead of the model."""

    def __init__(self, embedder: Embedder, threads: int, memory: int) -> None:
        self._embedder, self._threads, self._reader = embedder, threads, ShardReader()
        model, preprocess = embedder.model.model, embedder.model.preprocess
        example = torch.zeros(1, 3, preprocess.height, preprocess.width, device=embedder.device)
        self._batch = batch_size(model, model.encode_image, example, batch_memory(embedder.device, memory))

    def encode(self, unit: Unit) -> Iterator[Batch]:
        """The embedded images of a unit. Raises UserError if a shard is cut short."""
        for uids, images in self._decoded(unit):
            kept = [(uid, image) for uid, image in zip(uids, images, strict=True) if image is not None]
            if kept:
                vectors = self._embedder.of_images(torch.from_numpy(np.stack([image for _, image in kept])))
                digests = [hashlib.sha256(image.tobytes()).hexdigest()[:32] for _, image in kept]
                yield Batch([uid for uid, _ in kept], vectors, digests, len(images))

    def _decoded(self, unit: Unit) -> Iterator[tuple[list[str], list[np.ndarray | None]]]:
        waiting: deque[tuple[list[str], list[Future]]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, unit.rows.num_rows, self._batch):
                rows = unit.rows.slice(start, self._batch).to_pydict()
                places = zip(rows["shard"], rows["offset"], rows["size"], strict=True)
                waiting.append((rows["uid"], [pool.submit(self._decode, *place) for place in places]))
                if len(waiting) > AHEAD:
                    uids, images = waiting.popleft()
                    yield uids, [image.result() for image in images]
            for uids, images in waiting:
                yield uids, [image.result() for image in images]

    def _decode(self, shard: str, offset: int, size: int) -> np.ndarray | None:
        return self._embedder.model.preprocess.decode(self._reader.read(shard, offset, size))


class CaptionEncoder:
    """Turns captions into tokens and these into vectors."""

    def __init__(self, embedder: Embedder, threads: int, memory: int) -> None:
        self._embedder = embedder
        if not getattr(embedder.model, "reads_text", True):
            raise UserError("the embedder was trained without captions and cannot embed them; name one that was")
        model, tokens = embedder.model.model, embedder.model.tokenizer(["a"]).to(embedder.device)
        self._batch = batch_size(model, model.encode_text, tokens, batch_memory(embedder.device, memory))

    def encode(self, unit: Unit) -> Iterator[Batch]:
        """The embedded captions of a unit."""
        uids, captions = (unit.rows[column].to_pylist() for column in ("uid", "caption"))
        for start in range(0, len(captions), self._batch):
            part = slice(start, start + self._batch)
            yield Batch(uids[part], self._embedder.of_texts(captions[part]), [], len(uids[part]))


ENCODERS = {IMAGES: ImageEncoder, CAPTIONS: CaptionEncoder}
