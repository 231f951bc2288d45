"""What M4 balances in the benchmark: samples with two attributes in their captions and labels that hang on them.

Label r has a share in proportion to 1 / (r + 1) (Zipf) and is up to TILT more or less frequent with an attribute than
without. All is a function of the seed.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

LABELS = 100
WORDS = ("woman", "young")  # the words of the attributes
SHARES = (0.35, 0.6)  # of the samples that have the first; of those without the first that have the second
SECOND_WITH_FIRST = 0.7
TILT = 0.6
PIECE = 1_000_000  # samples
FILLERS = (
    "a photo of", "two friends with", "stock image of", "in the park, there is", "buy now:", "the best of summer and",
    "portrait of", "this is what we saw near", "free download", "my holiday pictures of", "new in our shop,", "vintage",
)  # fmt: skip


def make_samples(folder: Path, samples: int, mean_labels: int, seed: int = 0) -> tuple[Path, Path]:
    """Write a pool's index of so many samples and which concepts they have (uid, concept), and return both paths.

    With `mean_labels` 1 each sample has exactly one; otherwise each has each label by chance, so many on average.
    """
    index, matches = folder / f"samples-{mean_labels}.parquet", folder / f"matches-{mean_labels}.parquet"
    chance, writers = np.random.default_rng(seed), {}
    tilts = chance.uniform(-TILT, TILT, (LABELS, len(WORDS)))
    for first in range(0, samples, PIECE):
        for path, table in zip((index, matches), _piece(chance, tilts, first, samples, mean_labels), strict=True):
            if path not in writers:
                writers[path] = pq.ParquetWriter(path, table.schema)
            writers[path].write_table(table, row_group_size=100_000)
    for writer in writers.values():
        writer.close()
    return index, matches


def _piece(
    chance: np.random.Generator, tilts: np.ndarray, first: int, samples: int, mean_labels: int
) -> tuple[pa.Table, pa.Table]:
    count = min(PIECE, samples - first)
    one = chance.random(count) < SHARES[0]
    two = chance.random(count) < np.where(one, SECOND_WITH_FIRST, SHARES[1])
    attributes = np.column_stack([one, two])
    zipf = 1 / np.arange(1, LABELS + 1)
    zipf *= mean_labels / zipf.sum()
    place, label = (_one_each if mean_labels == 1 else _any)(chance, attributes, zipf, tilts)
    names = pa.array([f"thing{number:02d}" for number in range(LABELS)])
    uids = _uids(chance, count)
    words = [pa.array(np.where(has, f"{word} ", "")) for word, has in zip(WORDS, attributes.T, strict=True)]
    fillers = pa.array(FILLERS).take(pa.array(chance.integers(0, len(FILLERS), count)))
    numbers = pa.array(np.arange(first, first + count)).cast(pa.string())
    single = names.take(pa.array(label)) if mean_labels == 1 else pa.nulls(count, pa.string())
    index = {
        "uid": uids,
        "shard": pa.array([f"{first // PIECE:05d}.tar"]).take(pa.array(np.zeros(count, int))),
        "offset": np.arange(count) * 512,
        "size": np.full(count, 512),
        "caption": pc.binary_join_element_wise(fillers, words[1], words[0], numbers, " "),
        "label": single,
        "held_out": np.zeros(count, bool),
    }
    return pa.table(index), pa.table({"uid": uids.take(pa.array(place)), "concept": names.take(pa.array(label))})


def _one_each(
    chance: np.random.Generator, attributes: np.ndarray, zipf: np.ndarray, tilts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which sample has which label: one each."""
    label, drawn = np.empty(len(attributes), int), chance.random(len(attributes))
    for combination in np.unique(attributes, axis=0):
        which = (attributes == combination).all(axis=1)
        reached = np.cumsum(_chances(zipf, tilts, combination))
        label[which] = np.searchsorted(reached / reached[-1], drawn[which], side="right")
    return np.arange(len(label)), label


def _any(
    chance: np.random.Generator, attributes: np.ndarray, zipf: np.ndarray, tilts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which sample has which label: each by itself."""
    columns = []
    for number in range(LABELS):
        chances = zipf[number] * (1 + (attributes - np.array(SHARES)) @ tilts[number])
        columns.append(np.flatnonzero(chance.random(len(attributes)) < chances))
    place, label = np.concatenate(columns), np.repeat(np.arange(LABELS), [len(column) for column in columns])
    order = np.argsort(place, kind="stable")
    return place[order], label[order]


def _chances(zipf: np.ndarray, tilts: np.ndarray, combination: np.ndarray) -> np.ndarray:
    return zipf * (1 + tilts @ (combination - np.array(SHARES)))


def _uids(chance: np.random.Generator, count: int) -> pa.Array:
    """Random uids of 20 hexadecimal digits."""
    digits = np.array([f"{number:02x}" for number in range(256)], "S2")
    return pa.array(digits[chance.integers(0, 256, (count, 10))].view("S20").ravel()).cast(pa.string())
