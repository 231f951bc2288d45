"""How many images of a subset are decoded in a second? Random access by a manifest against webdataset on whole shards.

    python tests/benchmarks/subset_reading.py

It takes about ten minutes on two cores, half of them for the pool, and 3 GB of disk. The pool is 100,000 JPEGs of 256
pixels, about 20 KB each; the subset is a random tenth, decoded to 224 pixels by the same function on both sides, in
batches of 256, with as many workers as there are cores. Ours reads the subset from the pool's shards as training does
when pixels do not fit into memory: in global random order, and in blocks. webdataset reads a copy of the subset in
shards of 1,000, in the order of the shards, with DataLoader worker processes and with threads; in each round the better
counts. All files lie in the system's memory. Ratios are taken within a round and their median is told: the fastest of
several epochs would tell who met a quiet moment. Where other programs run, trust the time of all cores more.
Images are counted and the sums of their pixels compared: a sample that is lost ends the benchmark, a missed target
does not.
"""

import os
import resource
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
import webdataset
from jpeg_pool import arguments, make_pool, warm
from printing import Row, per_second, print_table, say
from subset_handoff import build

from clipcause.job.progress import Progress
from clipcause.models.preprocess import Preprocess
from clipcause.subsets.materialize import materialize
from clipcause.training.images import Images
from clipcause.training.manifest import read_manifest
from clipcause.training.order import Blocks, batches

CORES = len(os.sched_getaffinity(0))
SIZE, BATCH, SHARD = 224, 256, 1000  # pixels, samples, samples
PREPROCESS = Preprocess(SIZE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
BLOCK, TOGETHER = 256, 32  # the defaults of recipes


class Ours:
    """The subset by its manifest; an epoch is whole batches and a short one."""

    def __init__(self, manifest: Path) -> None:
        listed = read_manifest(manifest)
        began = time.perf_counter()
        self.images = Images(listed, PREPROCESS, CORES, 0, Progress("first pass", len(listed), "images"))
        self.first_pass = len(listed) / (time.perf_counter() - began)
        self.blocks = Blocks(listed.by_place, BLOCK, TOGETHER)

    def epoch(self, blocks: Blocks | None) -> Iterator[torch.Tensor]:
        count, key = len(self.images.manifest), self.images.manifest.order_key
        rows = np.concatenate(list(batches(count, 1, count, 0, key, blocks=blocks)))
        parts = np.split(rows, range(BATCH, count, BATCH))
        return (pixels for _, pixels in self.images.batches(parts, blocks))


def decoded(sample: dict) -> np.ndarray:
    return PREPROCESS.decode(sample["jpg"])


def stacked(images: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(images))


def by_processes(shards: list[str]) -> Iterator[torch.Tensor]:
    """webdataset in worker processes, each of which decodes whole batches."""
    dataset = webdataset.WebDataset(shards, shardshuffle=False).map(decoded).batched(BATCH, collation_fn=stacked)
    return iter(webdataset.WebLoader(dataset, batch_size=None, num_workers=CORES, prefetch_factor=4))


def by_threads(shards: list[str]) -> Iterator[torch.Tensor]:
    """webdataset reads in this thread, others decode the samples of a batch, some batches ahead."""
    dataset = webdataset.WebDataset(shards, shardshuffle=False).batched(BATCH, collation_fn=list)
    waiting = deque()
    with ThreadPoolExecutor(CORES) as pool:
        for samples in dataset:
            waiting.append([pool.submit(_decode_all, samples[part::CORES]) for part in range(CORES)])
            if len(waiting) > 4:
                yield _gathered(waiting.popleft())
        while waiting:
            yield _gathered(waiting.popleft())


def _decode_all(samples: list[dict]) -> list[np.ndarray]:
    return list(map(decoded, samples))


def _gathered(parts: list) -> torch.Tensor:
    return stacked([image for part in parts for image in part.result()])


class Epoch(NamedTuple):
    """Images per second, milliseconds of all cores per image, how many images, and the sum of all their pixels."""

    rate: float
    cpu_ms: float
    images: int
    pixels: int


def measure(batched: Iterator[torch.Tensor]) -> Epoch:
    began, used, count, total = time.perf_counter(), cpu_seconds(), 0, 0
    for pixels in batched:
        count += len(pixels)
        total += int(pixels.sum(dtype=torch.int64))
    seconds, used = time.perf_counter() - began, cpu_seconds() - used
    return Epoch(count / seconds, 1000 * used / count, count, total)


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    given = arguments(__doc__, 5, "rounds")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        index = make_pool(given.folder or work / "pool", given.images, CORES)
        build(index, work / "subset")
        manifest = work / "subset" / "manifest.parquet"
        materialize(manifest, work / "shards", SHARD, CORES)
        shards = sorted(map(str, (work / "shards").iterdir()))
        warm(index.parent)
        warm(work / "shards")
        ours = Ours(manifest)
        ways = {
            "random": lambda: ours.epoch(None),
            "webdataset, processes": lambda: by_processes(shards),
            "webdataset, threads": lambda: by_threads(shards),
            "blocks": lambda: ours.epoch(ours.blocks),
        }
        rounds: list[dict[str, Epoch]] = []
        for number in range(given.repeat):
            turn = [*ways][number % len(ways) :] + [*ways][: number % len(ways)]
            rounds.append({way: measure(ways[way]()) for way in turn})
            told = (f"{way} {epoch.rate:,.0f}/s {epoch.cpu_ms:.2f} ms" for way, epoch in rounds[-1].items())
            say(f"round {number + 1}: {', '.join(told)}")
    seen = {epoch[2:] for each in rounds for epoch in each.values()}
    assert len(seen) == 1, f"images and sums of pixels differ: {seen}"
    rows = [row for way in ("random", "blocks") for row in compared(rounds, way)]
    rows.append(Row("first pass over the images", per_second(ours.first_pass)))
    print_table(rows)
    ((images, _),) = seen
    print(f"\nOn {CORES} cores, {SIZE} pixels, {images:,} images an epoch; medians of {given.repeat} rounds.")


def compared(rounds: list[dict[str, Epoch]], way: str) -> Iterator[Row]:
    """The rows of one of our ways: the median over the rounds, and of the ratio within a round the range too."""
    theirs = [[epoch for name, epoch in each.items() if name.startswith("webdataset")] for each in rounds]
    rates = [(each[way].rate, max(other.rate for other in others)) for each, others in zip(rounds, theirs, strict=True)]
    times = [(each[way].cpu_ms, min(other.cpu_ms for other in others))
             for each, others in zip(rounds, theirs, strict=True)]  # fmt: skip
    ratios = sorted(one / other for one, other in rates)
    middle, target = median(ratios), ">= 1" if way == "random" else ""
    spread = f"{middle:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    shown = (per_second(median(side)) for side in zip(*rates, strict=True))
    yield Row(f"images, {way} : webdataset", *shown, spread, target, middle >= 1 if target else None)
    ratio = median(one / other for one, other in times)
    shown = (f"{median(side):.2f} ms" for side in zip(*times, strict=True))
    yield Row(f"time of all cores an image, {way} : webdataset", *shown, f"{ratio:.2f}")


if __name__ == "__main__":
    main()
