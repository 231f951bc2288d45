"""The pixels of a manifest's samples, in memory when they fit, else decoded again for every batch."""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from clipcause.models.preprocess import Preprocess
from clipcause.progress import Progress
from clipcause.tarshards import ShardReader
from clipcause.training.manifest import Manifest

CHUNK = 1024  # samples that are decoded together in the first pass
AHEAD = 4  # batches that are decoded ahead of the one in use


class Images:
    """The images of those samples of a manifest that decode; the others are known as `undecodable` (uids).

    `manifest` is the given one without the undecodable samples; rows count its samples. What a batch holds
    does not depend on `threads` nor on where the pixels are kept.
    """

    def __init__(
        self, manifest: Manifest, preprocess: Preprocess, threads: int, memory: int, progress: Progress
    ) -> None:
        """Decode all once, with `threads` threads; keep the pixels if they need at most `memory` bytes."""
        self._preprocess = preprocess
        self._threads = threads
        self._reader = ShardReader()
        self.manifest = manifest
        shape = (len(manifest), preprocess.height, preprocess.width, 3)
        self._pixels = torch.empty(shape, dtype=torch.uint8) if math.prod(shape) <= memory else None
        readable = self._first_pass(progress)
        self.undecodable = [uid.decode() for uid in manifest.uids[~readable]]
        if self.undecodable:
            rows = np.flatnonzero(readable)
            self.manifest = manifest.keep(rows)
            self._pixels = None if self._pixels is None else self._pixels[rows]

    def batches(self, order: Iterable[np.ndarray]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield for each batch of the order its rows (int64 [n]) and their pixels (uint8 [n, H, W, 3])."""
        if self._pixels is None:
            yield from self._decoded(order)
        else:
            for rows in map(torch.from_numpy, order):
                yield rows, self._pixels.index_select(0, rows)

    def _first_pass(self, progress: Progress) -> np.ndarray:
        """Decode every sample once, into memory if it has the room; bool [n]: which are readable."""
        readable = np.zeros(len(self.manifest), dtype=bool)
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, len(self.manifest), CHUNK):
                rows = np.arange(start, min(start + CHUNK, len(self.manifest)))
                for row, image in zip(rows, self._gather(self._submit(pool, rows)), strict=True):
                    readable[row] = image is not None
                    if self._pixels is not None and image is not None:
                        self._pixels.numpy()[row] = image
                progress.update(start + len(rows))
        return readable

    def _decoded(self, order: Iterable[np.ndarray]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        def ready() -> tuple[torch.Tensor, torch.Tensor]:
            rows, parts = waiting.popleft()
            return torch.from_numpy(rows), torch.from_numpy(np.stack(self._gather(parts)))

        waiting: deque[tuple[np.ndarray, list[Future]]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for rows in order:
                waiting.append((rows, self._submit(pool, rows)))
                if len(waiting) > AHEAD:
                    yield ready()
            while waiting:
                yield ready()

    def _submit(self, pool: ThreadPoolExecutor, rows: np.ndarray) -> list[Future]:
        """Start decoding rows, one part per thread."""
        return [pool.submit(self._decode, part) for part in np.array_split(rows, self._threads)]

    @staticmethod
    def _gather(parts: list[Future]) -> list[np.ndarray | None]:
        return [image for part in parts for image in part.result()]

    def _decode(self, rows: np.ndarray) -> list[np.ndarray | None]:
        listed = self.manifest
        return [
            self._preprocess.decode(self._reader.read(listed.shards[row], listed.offsets[row], listed.sizes[row]))
            for row in rows
        ]
