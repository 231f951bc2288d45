"""How fast is a pool pruned by similarity, against the paper's chunked top-k, and in how much memory?

    python tests/benchmarks/nearest_neighbours.py

The paper's code multiplies all test embeddings with a minibatch of the pool's, gathers five of these products beside
what is best so far, and keeps the 10,000 largest similarities of each test point by torch.topk. Ours looks for the
largest excess over each test point's threshold. Both have the same vectors in memory, and all cores. Then `near_prune`
builds a subset of a million images against 10,000 test images from parquet, within a memory limit, in a process of its
own (2 GB of disk). A missed target does not end the benchmark.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from processes import peak_mb
from torch.nn import functional

from clipcause.embeddings.nearest import nearest_points
from clipcause.subsets.build import build_subset
from clipcause.subsets.order import Order

sys.path.append(str(Path(__file__).resolve().parents[1]))
from made_embeddings import write_embeddings

CORES = len(os.sched_getaffinity(0))
DIMENSIONS = 512
MINIBATCH, GATHERED, KEPT = 4096, 5, 10_000
TIMES_FASTER = 2
MEMORY_MB = 4000


def made_vectors(rows: int, seed: int) -> torch.Tensor:
    """Unit vectors around a thousand directions, as images of as many kinds have."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(1000, DIMENSIONS, generator=torch.Generator().manual_seed(0))
    kinds = torch.randint(0, 1000, (rows,), generator=generator)
    return functional.normalize(centres[kinds] + torch.randn(rows, DIMENSIONS, generator=generator), dim=1)


def papers_top_k(points: torch.Tensor, pool: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest similarities of each point [t, KEPT] and the pool's rows that have them."""
    best = torch.empty(len(points), 0), torch.empty(len(points), 0, dtype=torch.int64)
    gathered: list[torch.Tensor] = []
    first = 0
    for start in range(0, len(pool), MINIBATCH):
        gathered.append(points @ pool[start : start + MINIBATCH].T)
        end = start + gathered[-1].shape[1]
        if len(gathered) == GATHERED or end == len(pool):
            rows = torch.arange(first, end).expand(len(points), -1)
            values, indices = torch.cat([best[0], *gathered], 1), torch.cat([best[1], rows], 1)
            values, chosen = torch.topk(values, min(KEPT, values.shape[1]), dim=1)
            best, gathered, first = (values, indices.gather(1, chosen)), [], end
    return best


def compare(pool_size: int, tests: int) -> None:
    """Both on the same vectors in memory; they agree in the most similar pool image of each test point."""
    pool, points = made_vectors(pool_size, 1), made_vectors(tests, 2)
    thresholds = torch.full((tests,), 0.6)
    start = time.perf_counter()
    found = nearest_points(pool, points, thresholds)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    values, rows = papers_top_k(points, pool)
    papers = time.perf_counter() - start
    above = values > 0.6 + 1e-5
    if not above[:, -1].any():  # else the paper's k is too small to say what is above
        assert torch.equal(torch.unique(rows[above]), torch.nonzero(found.excess > 1e-5)[:, 0]), "they disagree"
    said = f"{pool_size:,} x {DIMENSIONS} against {tests:,} points: ours {ours:.1f} s, top-k {papers:.1f} s"
    met = "met" if papers / ours >= TIMES_FASTER else "MISSED"
    print(f"{said}, ratio {papers / ours:.1f} (target {TIMES_FASTER}: {met})")


def write_pool(folder: Path, rows: int) -> tuple[Path, Path]:
    """The index and the embeddings of a pool."""
    uids = [f"{number:020x}" for number in range(rows)]
    step = 50_000
    parts = folder / "images"
    for number, start in enumerate(range(0, rows, step)):
        part = folder / f"part{number}"
        here = uids[start : start + step]
        write_embeddings(part, here, made_vectors(len(here), 100 + number), here)
        parts.mkdir(exist_ok=True)
        (part / "00000.parquet").rename(parts / f"{number:05}.parquet")
    about = (part / "embedder.json").read_text().replace(f'"rows": {len(here)}', f'"rows": {rows}')
    (parts / "embedder.json").write_text(about)
    table = {"uid": uids, "shard": ["a.tar"] * rows, "offset": range(rows), "size": np.ones(rows, np.int64)}
    table |= {"caption": ["a"] * rows, "label": pa.nulls(rows, pa.string())}
    pq.write_table(pa.table(table), folder / "samples.parquet")
    return folder / "samples.parquet", parts


def prune(folder: Path, samples: Path, images: Path, tests: int) -> None:
    """Build the near-pruned subset and print what it took."""
    torch.set_num_threads(CORES)
    embeddings = {"images": (images,), "reference": (folder / "reference",), "testsets/one": (folder / "one",)}
    settings = {"method": "near_prune", "from": "web", "where": {}}
    order = Order("near", settings, 0, {"web": samples}, {"web": samples}, embeddings=embeddings)
    start = time.perf_counter()
    build_subset(order, folder / "m.parquet", folder / "c.json", CORES, MEMORY_MB, folder / "removed.parquet")
    seconds = time.perf_counter() - start
    peak = peak_mb()
    kept, gone = (pq.read_metadata(folder / name).num_rows for name in ("m.parquet", "removed.parquet"))
    print(
        f"near_prune of {kept + gone:,} images against {tests:,}: {seconds:.0f} s, {peak:.0f} MB at most "
        f"(limit {MEMORY_MB} MB: {'met' if peak < MEMORY_MB else 'MISSED'}), {kept:,} kept"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pool", type=int, default=1_000_000)
    parser.add_argument("--tests", type=int, default=10_000)
    given = parser.parse_args()
    torch.set_num_threads(CORES)
    for pool_size, tests in ((100_000, 2_000), (200_000, 2_000), (100_000, 5_000)):
        compare(pool_size, tests)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples, images = write_pool(folder, given.pool)
        for role, rows, seed in (("one", given.tests, 7), ("reference", 50_000, 8)):
            uids = [f"{role}{number}" for number in range(rows)]
            write_embeddings(folder / role, uids, made_vectors(rows, seed), uids)
        child = multiprocessing.get_context("spawn").Process(target=prune, args=(folder, samples, images, given.tests))
        child.start()
        child.join()


if __name__ == "__main__":
    main()
