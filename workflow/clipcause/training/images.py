"""The pixels of a manifest's samples, in memory when they fit, else decoded again for every batch."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import numpy as np
import torch

from clipcause.files.tarshards import ShardReader
from clipcause.job.progress import Progress
from clipcause.models.preprocess import Preprocess
from clipcause.training.blocks import BlockReader, Promised, lookahead
from clipcause.training.manifest import Manifest
from clipcause.training.order import Blocks

CHUNK = 1024  # samples that are decoded together in the first pass
AHEAD = 4  # batches that are decoded ahead of the one in use


class Images:
    """The images of those samples of a manifest that decode; the others are known as `undecodable` (uids).

    `manifest` is the given one without the undecodable samples; rows count its samples. What a batch holds
    does not depend on `threads`, nor on where the pixels are kept or how they are read.
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

    @property
    def bytes_kept(self) -> int:
        """How much memory the pixels take."""
        return 0 if self._pixels is None else self._pixels.numel()

    def batches(
        self, order: Iterable[np.ndarray], blocks: Blocks | None = None
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield for each batch of the order its rows (int64 [n]) and their pixels (uint8 [n, H, W, 3]).

        Where pixels are decoded again, their bytes are read sample by sample, or block by block, if the order is
        one of `blocks`; then the memory of one and a half times the samples that are mixed is needed.
        """
        if self._pixels is not None:
            for rows in map(torch.from_numpy, order):
                yield rows, self._pixels.index_select(0, rows)
        elif blocks is None:
            yield from self._decoded(((rows, rows) for rows in order), self._read_each)
        else:
            with closing(BlockReader(blocks, self._read_together)) as reader:
                yield from self._decoded(_asked(order, reader, blocks), _take)

    def _first_pass(self, progress: Progress) -> np.ndarray:
        """Decode every sample once, into memory if it has the room; bool [n]: which are readable."""
        readable = np.zeros(len(self.manifest), dtype=bool)
        by_place = self.manifest.by_place
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, len(by_place), CHUNK):
                rows = by_place[start : start + CHUNK]
                for row, image in zip(rows, _gather(self._submit(pool, rows, self._read_together)), strict=True):
                    readable[row] = image is not None
                    if self._pixels is not None and image is not None:
                        self._pixels.numpy()[row] = image
                progress.update(start + len(rows))
        return readable

    def _decoded(
        self, batches: Iterable[tuple[np.ndarray, Sequence]], read: Callable[[Sequence], Iterable[bytes]]
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield the rows and the pixels of batches, given as rows and as that which `read` makes bytes of."""

        def ready() -> tuple[torch.Tensor, torch.Tensor]:
            rows, parts = waiting.popleft()
            return torch.from_numpy(rows), torch.from_numpy(np.stack(_gather(parts)))

        waiting: deque[tuple[np.ndarray, list[Future]]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            for rows, samples in batches:
                waiting.append((rows, self._submit(pool, samples, read)))
                if len(waiting) > AHEAD:
                    yield ready()
            while waiting:
                yield ready()

    def _submit(
        self, pool: ThreadPoolExecutor, samples: Sequence, read: Callable[[Sequence], Iterable[bytes]]
    ) -> list[Future]:
        """Start decoding samples, one part per thread."""
        cuts = [len(samples) * part // self._threads for part in range(self._threads + 1)]
        parts = (samples[cuts[part] : cuts[part + 1]] for part in range(self._threads))
        return [pool.submit(self._decode, part, read) for part in parts]

    def _decode(self, samples: Sequence, read: Callable[[Sequence], Iterable[bytes]]) -> list[np.ndarray | None]:
        return [self._preprocess.decode(content) for content in read(samples)]

    def _read_each(self, rows: np.ndarray) -> Iterator[bytes]:
        return (self._reader.read(*self.manifest.place(row)) for row in rows)

    def _read_together(self, rows: np.ndarray) -> list[bytes]:
        return self._reader.read_together([self.manifest.place(row) for row in rows])


def _asked(
    order: Iterable[np.ndarray], reader: BlockReader, blocks: Blocks
) -> Iterator[tuple[np.ndarray, list[Promised]]]:
    """Yield the rows of each batch and the promises of their bytes, which were asked for some batches before."""
    waiting: deque[tuple[np.ndarray, list[Promised]]] = deque()
    for rows in order:
        waiting.append((rows, reader.ask(rows)))
        if len(waiting) > lookahead(blocks, len(rows)):
            yield waiting.popleft()
    yield from waiting


def _take(samples: Iterable[Promised]) -> Iterator[bytes]:
    return (sample.take() for sample in samples)


def _gather(parts: Iterable[Future]) -> list[np.ndarray | None]:
    return [image for part in parts for image in part.result()]
