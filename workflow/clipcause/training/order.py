"""Which sample is seen when: a pure function of seed, epoch, manifest and recipe, whatever reads or trains.

The order is one permutation of all samples per epoch, joined, and cut into batches. In a batch that straddles two
epochs, samples of the old epoch's end that come up again move later in the new permutation: they follow, in their
order, right after the batch. So a batch never holds one sample twice and every epoch holds every sample once.

A permutation is of all samples alike, or, where random access is slow, of blocks: samples that lie side by side.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Blocks:
    """Samples cut into blocks as they lie in their shards; a few blocks at a time are mixed with each other.

    by_place  rows in the order of shard and offset, int64 [n]
    samples   samples of a block; the last may have fewer
    together  blocks that are mixed
    """

    by_place: np.ndarray
    samples: int
    together: int

    def __len__(self) -> int:
        return -(-len(self.by_place) // self.samples)

    def rows(self, block: int) -> np.ndarray:
        """The rows of a block, in the order of their places."""
        return self.by_place[block * self.samples : (block + 1) * self.samples]

    def permutation(self, seed: int, epoch: int, key: str) -> np.ndarray:
        """All rows in the order of one epoch: blocks at random, the samples of `together` of them shuffled."""
        generator = _generator(seed, epoch, key)
        shuffled = generator.permutation(len(self))
        mixed = [shuffled[first : first + self.together] for first in range(0, len(self), self.together)]
        return np.concatenate([generator.permutation(np.concatenate(list(map(self.rows, each)))) for each in mixed])


def batches(
    samples: int, batch_size: int, steps: int, seed: int, key: str, first: int = 0, blocks: Blocks | None = None
) -> Iterator[np.ndarray]:
    """Yield the rows (int64 [batch_size]) of steps `first` to `steps - 1`; `samples` is at least `batch_size`."""
    epochs = _epochs(samples, batch_size, seed, key, blocks)
    rows = np.empty(0, dtype=np.int64)
    for step in range(steps):
        while len(rows) < batch_size:
            rows = np.concatenate([rows, next(epochs)])
        if step >= first:
            yield rows[:batch_size]
        rows = rows[batch_size:]


def order_digest(uids: np.ndarray, samples: Iterator[np.ndarray]) -> str:
    """SHA-256 over the uids (bytes, [n]) of the rows that `samples` yields, in the order seen."""
    digest = hashlib.sha256()
    for rows in samples:
        digest.update(b"".join(uids[rows].tolist()))
    return digest.hexdigest()


def permutation(samples: int, seed: int, epoch: int, key: str) -> np.ndarray:
    """The rows 0 to `samples - 1` in the random order of one epoch, before straddling batches are mended."""
    return _generator(seed, epoch, key).permutation(samples)


def _generator(seed: int, epoch: int, key: str) -> np.random.Generator:
    entropy = [seed, epoch, *np.frombuffer(bytes.fromhex(key), dtype=np.uint32).tolist()]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def _epochs(samples: int, batch_size: int, seed: int, key: str, blocks: Blocks | None) -> Iterator[np.ndarray]:
    """Yield the mended permutation of every epoch, without end."""
    leftover = np.empty(0, dtype=np.int64)  # the old epoch's end, which does not fill a batch
    epoch = 0
    while True:
        rows = blocks.permutation(seed, epoch, key) if blocks else permutation(samples, seed, epoch, key)
        if len(leftover):
            repeated = np.isin(rows, leftover)
            fresh = np.flatnonzero(~repeated)[: batch_size - len(leftover)]
            filled = fresh[-1] + 1  # the batch is full after this many of the new epoch
            moved = rows[:filled][repeated[:filled]]
            rows = np.concatenate([rows[fresh], moved, rows[filled:]])
        yield rows
        whole = (len(leftover) + samples) // batch_size * batch_size - len(leftover)
        leftover = rows[whole:]
        epoch += 1
