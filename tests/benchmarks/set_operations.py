"""Do set operations of large subsets stay within their memory? Peak memory and time, with 50 million rows a manifest.

    python tests/benchmarks/set_operations.py

It takes about half an hour on two cores and 30 GB of disk. Two made-up manifests have two thirds of the samples of a
pool each and one third in common; uids have 20 hexadecimal digits, captions five words. Ours is `python -m
clipcause.subsets build` as the workflow runs it, with all cores and 3,000 MB; the pool's index lies beside, as always.
The peak is the resident memory of the process. A wrong count ends the benchmark, a missed target does not.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from printing import Row, print_table, say
from processes import Took, run

CORES = len(os.sched_getaffinity(0))
MEMORY_MB, PEAK_MB = 3000, 4096  # what the command is told, and the target
METHODS = ("union", "intersection", "difference")


def make(folder: Path, rows: int) -> tuple[Path, list[Path]]:
    """The index of a pool of 3/2 x `rows` samples and two manifests of about `rows` of them; sorted by uid."""
    index, manifests = folder / "samples.parquet", [folder / "one.parquet", folder / "two.parquet"]
    total = rows * 3 // 2
    database = duckdb.connect()
    database.execute(f"SET threads = {CORES}; SET memory_limit = '4GB'; SET temp_directory = '{folder}/spill'")
    step = 2**63 // total
    database.execute(
        f"CREATE VIEW pool AS SELECT printf('%016x', i * {step} + (h % {step})::BIGINT) || "
        "printf('%04x', (h % 65536)::BIGINT) AS uid, printf('results/pools/web/shards/%05d.tar', (h % 7500)::INT) "
        'AS shard, (h % 250000000)::BIGINT AS "offset", 15000 + (h % 10007)::INT AS size, '
        "printf('a photo of thing %d', (h % 1000003)::INT) AS caption, printf('class %d', (h % 1000)::INT) AS label, "
        f"h % 3 AS third FROM (SELECT range AS i, hash(range) AS h FROM range({total}))"
    )
    some = 'uid, shard, "offset", size, caption, label'
    wanted = {
        index: f"SELECT {some}, 'success' AS status, false AS held_out FROM pool",
        manifests[0]: f"SELECT {some}, 1::FLOAT AS weight FROM pool WHERE third <= 1",
        manifests[1]: f"SELECT {some}, 1::FLOAT AS weight FROM pool WHERE third >= 1",
    }
    for path, query in wanted.items():
        if not path.exists():
            partial = path.with_suffix(".part")
            database.execute(f"COPY ({query}) TO '{partial}' (FORMAT parquet, ROW_GROUP_SIZE 100000)")
            partial.rename(path)
        say(f"{path.name}: {pq.read_metadata(path).num_rows:,} rows, {path.stat().st_size / 1e9:.2f} GB")
    return index, manifests


def operate(method: str, index: Path, manifests: list[Path], output: Path) -> tuple[Took, int]:
    """What one operation took, and its rows."""
    shutil.rmtree(output, ignore_errors=True)
    settings = {"method": method, "from": ["one", "two"], "where": {}}
    command = [sys.executable, "-m", "clipcause.subsets", "build", "--name", method, "--draw", "0"]
    command += ["--subset", json.dumps(settings), "--sources", f"one={manifests[0]}", f"two={manifests[1]}"]
    command += ["--pools", f"web={index}", "--manifest", str(output / "manifest.parquet")]
    command += ["--card", str(output / "card.json"), "--threads", str(CORES), "--memory-mb", str(MEMORY_MB)]
    took = run(command)
    rows = pq.read_metadata(output / "manifest.parquet").num_rows
    shutil.rmtree(output)
    return took, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=50_000_000, help="of each manifest, about")
    parser.add_argument("--folder", type=Path, help="to keep what is made, and to find it again")
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        index, manifests = make(folder, given.rows)
        one, two = (pq.read_metadata(path).num_rows for path in manifests)
        common = one + two - pq.read_metadata(index).num_rows
        right = {"union": one + two - common, "intersection": common, "difference": one - common}
        for method in given.methods:
            took, count = operate(method, index, manifests, folder / "output")
            assert count == right[method], f"{method}: {count:,} rows, {right[method]:,} are right"
            say(f"{method}: {count:,} rows, {took.seconds:.0f} s, {took.peak_mb:,.0f} MB")
            rows.append(
                Row(f"{method} of {one:,} and {two:,} rows", f"{took.peak_mb:,.0f} MB", f"{took.seconds:.0f} s", "",
                    f"<= {PEAK_MB} MB", took.peak_mb <= PEAK_MB)
            )  # fmt: skip
    print_table(rows)
    print(f"\nOn {CORES} cores; peak memory, and the time in the place of theirs.")


if __name__ == "__main__":
    main()
