"""Whole blocks of shards, read ahead of the batches that need them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from clipcause.training.order import Blocks

READERS = 4  # blocks that are read at the same time: network file systems answer several readers faster than one


@dataclass(frozen=True)
class _Block:
    """A block that is being read: the bytes of its rows, each handed out once, and the rows not asked for yet."""

    contents: "Future[dict[int, bytes]]"
    left: set[int]


@dataclass(frozen=True)
class Promised:
    """A sample whose block is being read."""

    row: int
    contents: "Future[dict[int, bytes]]"

    def take(self) -> bytes:
        """Wait for the block and take the sample's bytes out of it. Raises UserError if it cannot be read."""
        return self.contents.result().pop(self.row)


class BlockReader:
    """Reads a block as soon as one of its samples is asked for, once an epoch.

    Memory is that of the samples asked for and not taken yet, and of the rest of their blocks. Only `ask` starts
    reading; one thread calls it, any may take.
    """

    def __init__(self, blocks: Blocks, read: Callable[[np.ndarray], Sequence[bytes]]) -> None:
        """`read` returns the bytes of rows, int64 [n]."""
        self._blocks = blocks
        self._read = read
        self._block_of = np.empty(len(blocks.by_place), dtype=np.int64)
        self._block_of[blocks.by_place] = np.arange(len(blocks.by_place)) // blocks.samples
        self._open: dict[int, _Block] = {}  # that have samples which nobody asked for, oldest first
        self._readers = ThreadPoolExecutor(READERS)

    def ask(self, rows: np.ndarray) -> list[Promised]:
        """Promise the bytes of rows, int64 [n], in the order in which training sees them."""
        return [
            self._promise(row, block) for row, block in zip(rows.tolist(), self._block_of[rows].tolist(), strict=True)
        ]

    def close(self) -> None:
        """Read no further; what was promised may be lost."""
        self._readers.shutdown(cancel_futures=True)

    def _promise(self, row: int, number: int) -> Promised:
        block = self._open.get(number)
        if block is None or row not in block.left:
            self._open.pop(number, None)
            rows = self._blocks.rows(number)
            block = self._open[number] = _Block(self._readers.submit(self._load, rows), set(rows.tolist()))
        block.left.remove(row)
        if not block.left:
            del self._open[number]
        if len(self._open) > 2 * self._blocks.together:  # after a resume, blocks whose other samples were seen before
            del self._open[next(iter(self._open))]
        return Promised(row, block.contents)

    def _load(self, rows: np.ndarray) -> dict[int, bytes]:
        return dict(zip(rows.tolist(), self._read(rows), strict=True))


def lookahead(blocks: Blocks, batch_size: int) -> int:
    """Batches that are asked for ahead of decoding: half of what is mixed, so that the next is read in the meantime."""
    return -(-blocks.samples * blocks.together // (2 * batch_size))
