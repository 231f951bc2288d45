"""How soon can one train on a subset, and what does it cost in disk? A manifest against shards that are rewritten.

    python tests/benchmarks/subset_handoff.py

It takes about eight minutes on two cores, half of them for the pool, and 3 GB of disk. The pool is 100,000 JPEGs of 256
pixels, about 20 KB each, in tars of 10,000 that lie in the system's memory; the subset is a random tenth. Ours is
`build_subset`, which writes a manifest and a data card, with all cores. Theirs is what DataComp's resharder does: read
every tar from start to end with webdataset, look each sample's uid (of its json) up in a sorted array, write what is in
the subset to new tars of 10,000; in one process and in as many as there are cores. Start-up counts for neither side; a
row more is the whole command of ours with its start-up. Both sides give the same samples, or the benchmark ends; a
missed target does not end it. How long our `materialize` takes to write such tars is shown without a target.
"""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import webdataset
from jpeg_pool import arguments, make_pool, warm
from printing import Row, print_table, say

from clipcause.files.tarshards import ShardReader
from clipcause.subsets.build import Order, build_subset

CORES = len(os.sched_getaffinity(0))
FASTER, SMALLER = 50, 100  # targets, times
SHARD = 10_000  # samples
SETTINGS = {"method": "random", "from": ["pool"], "where": {}, "samples": None, "fraction": 0.1}


def build(index: Path, folder: Path) -> float:
    """Build the subset in this process; seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    files = {"pool": index}
    order = Order("tenth", SETTINGS, 0, files, files)
    return timed(lambda: build_subset(order, folder / "manifest.parquet", folder / "card.json", CORES))


def build_command(index: Path, folder: Path) -> float:
    """Build the subset with the command, start-up included; seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    manifest = folder / "manifest.parquet"
    command = [sys.executable, "-m", "clipcause.subsets", "build", "--name", "tenth", "--draw", "0"]
    command += ["--subset", json.dumps(SETTINGS)]
    command += ["--sources", f"pool={index}", "--pools", f"pool={index}"]
    command += ["--manifest", str(manifest), "--card", str(folder / "card.json"), "--threads", str(CORES)]
    return timed(lambda: subprocess.run(command, check=True))


def materialize(manifest: Path, output: Path) -> float:
    """Write the subset as shards with the command; seconds."""
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, "-m", "clipcause.subsets", "materialize", "--manifest", str(manifest)]
    return timed(lambda: subprocess.run([*command, "--output", str(output), "--threads", str(CORES)], check=True))


def reshard(index: Path, manifest: Path, folder: Path, processes: int) -> float:
    """Write the samples of the manifest as new tars, by reading all of the pool; seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    uids = np.array(sorted(pq.read_table(manifest, columns=["uid"]).column("uid").to_pylist()))
    shards = sorted(str(shard) for shard in index.parent.glob("*.tar"))
    parts = [(shards[number::processes], uids, folder / str(number)) for number in range(min(processes, len(shards)))]
    if processes == 1:
        return timed(lambda: _reshard(*parts[0]))
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(_ready, range(processes), chunksize=1)
        return timed(lambda: pool.starmap(_reshard, parts, chunksize=1))


def _reshard(shards: list[str], uids: np.ndarray, output: Path) -> None:
    output.mkdir()
    source = webdataset.DataPipeline(webdataset.SimpleShardList(shards), webdataset.tarfile_to_samples())
    with webdataset.ShardWriter(f"{output}/%05d.tar", maxcount=SHARD, maxsize=3e9, encoder=False, verbose=0) as writer:
        for sample in source:
            uid = json.loads(sample["json"])["uid"]
            place = np.searchsorted(uids, uid)
            if place < len(uids) and uids[place] == uid:
                writer.write(sample)


def _ready(number: int) -> None:
    time.sleep(0.5)


def timed(act) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def listed(manifest: Path) -> Counter:
    """The samples of a manifest: uid, digest of the image, caption."""
    reader, rows = ShardReader(), pq.read_table(manifest).to_pylist()
    images = (sha256(reader.read(row["shard"], row["offset"], row["size"])).digest() for row in rows)
    return Counter((row["uid"], image, row["caption"]) for row, image in zip(rows, images, strict=True))


def written(folder: Path) -> Counter:
    """The samples of tars, likewise."""
    found = Counter()
    for shard in folder.rglob("*.tar"):
        with tarfile.open(shard) as tar:
            samples: dict[str, dict[str, bytes]] = {}
            for entry in tar:
                key, _, suffix = entry.name.partition(".")
                samples.setdefault(key, {})[suffix] = tar.extractfile(entry).read()
        found.update(
            (json.loads(each["json"])["uid"], sha256(each["jpg"]).digest(), each["txt"].decode())
            for each in samples.values()
        )
    return found


def disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.2f} MB"


def main() -> None:
    given = arguments(__doc__, 3, "measure ours so often and take the fastest")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        index = make_pool(given.folder or work / "pool", given.images, CORES)
        say(f"{given.images:,} images, {megabytes(warm(index.parent))}, are in memory")
        whole = min(build_command(index, work / "subset") for _ in range(given.repeat))
        ours = min(build(index, work / "subset") for _ in range(given.repeat))
        manifest = work / "subset" / "manifest.parquet"
        expected, rows = listed(manifest), []
        say(f"ours: {ours:.2f} s, {megabytes(disk(manifest.parent))}, {len(expected):,} samples")
        for processes in sorted({1, CORES}):
            theirs = reshard(index, manifest, work / "resharded", processes)
            assert written(work / "resharded") == expected, "the samples differ"
            say(f"resharding x {processes}: {theirs:.1f} s, {megabytes(disk(work / 'resharded'))}, the same samples")
            what, ratio = f"time, build : resharding x {processes}", theirs / ours
            rows.append(Row(what, f"{ours:.2f} s", f"{theirs:.1f} s", f"{ratio:.1f}", f">= {FASTER}", ratio >= FASTER))
        ratio = theirs / whole
        rows.append(
            Row(
                f"time, command with start-up : resharding x {CORES}",
                f"{whole:.2f} s",
                f"{theirs:.1f} s",
                f"{ratio:.1f}",
            )
        )
        small, large = disk(manifest.parent), disk(work / "resharded")
        ratio = large / small
        rows.append(
            Row("disk, manifest and card : tars", megabytes(small), megabytes(large), f"{ratio:.0f}", f">= {SMALLER}",
                ratio >= SMALLER)
        )  # fmt: skip
        seconds = materialize(manifest, work / "materialized")
        assert written(work / "materialized") == expected, "the samples differ"
        ratio = theirs / seconds
        rows.append(
            Row(f"time, materialize : resharding x {CORES}", f"{seconds:.2f} s", f"{theirs:.1f} s", f"{ratio:.1f}")
        )
    print_table(rows)
    print(f"\nOn {CORES} cores; all reading is from memory.")


if __name__ == "__main__":
    main()
