"""How fast are concepts counted? Against NLTK and pyahocorasick, by rule, by vocabulary and by number of captions.

    pip install -r tests/benchmarks/requirements.txt && python tests/benchmarks/concept_counting.py

It takes about five minutes on two cores and, with `--large` (20 million captions), NNN more. Ours is
`python -m clipcause.concepts count`, with all the cores there are; what it is compared with has as many processes. A rate
is in captions per second without start-up: of ours the slope between two numbers of captions, reading included; of the
others the time once captions are in memory and all processes have started. Both are counted on the same captions, and
different counts end the benchmark; a missed target does not.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from baselines import AhoCorasickCounter, NltkCounter, measure
from inputs import check_captions, first_captions, make_pieces, write_vocabulary

PROJECT = Path(__file__).resolve().parents[2]
CORES = len(os.sched_getaffinity(0))
MEMORY_MB = 2000
RULES = ("lemma wordnet", "lemma plurals", "phrase", "substring")
NLTK_SAMPLE = 4000  # captions
LARGE = 10  # times the captions
LAION = {"LAION-400M": 413e6, "LAION-2B": 2.3e9}  # captions
NODE_CORES, JOB_CORES, CORE_HOUR_USD = 64, 2, 0.04

LAUNCHER = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=sys.stderr)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(code)
"""
"""Runs a command from a small process: the peak memory of a child includes that of the process that forked it."""


class Row(NamedTuple):
    """A line of the table that is printed; `met` is None where there is no target."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Run:
    """A count: captions, wall time from start to end, peak memory, and the captions of each concept."""

    captions: int
    seconds: float
    peak_mb: float
    counts: dict[str, int]


@dataclass(frozen=True)
class Inputs:
    """The files of captions, the two vocabularies, and the folder for all that is written."""

    pieces: list[Path]
    imagenet: Path
    excluded: Path
    entries: list[str]
    many: Path
    folder: Path

    def captions(self, pieces: int) -> str:
        """A glob of the first so many files."""
        some = self.folder / f"first-{pieces}"
        some.mkdir(exist_ok=True)
        for file in self.pieces[:pieces]:
            if not (some / file.name).exists():
                (some / file.name).hardlink_to(file)
        return f"{some}/*.parquet"

    def count(self, rule: str, captions: str, many: bool = False) -> Run:
        """Count captions by a rule of RULES, with ImageNet's 1,000 concepts or with the 50,000."""
        match, _, lemmatizer = rule.partition(" ")
        output = self.folder / "frequency.parquet"
        command = [sys.executable, "-m", "clipcause.concepts", "count", "--captions", captions]
        command += ["--caption-column", "caption", "--match", match, *(["--lemmatizer", lemmatizer] * bool(lemmatizer))]
        command += ["--vocabulary", str(self.many if many else self.imagenet)]
        command += [] if many else ["--exclude", str(self.excluded)]
        command += ["--threads", str(CORES), "--memory-mb", str(MEMORY_MB), "--output", str(output)]
        path = os.pathsep.join(filter(None, [str(PROJECT / "workflow"), os.environ.get("PYTHONPATH")]))
        done = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *command],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        seconds, peak_mb = map(float, done.stdout.split())
        table = pq.read_table(output)
        total = json.loads(table.schema.metadata[b"clipcause"])["totals"]["captions"]
        run = Run(
            total,
            seconds,
            peak_mb,
            dict(zip(*(table[name].to_pylist() for name in ("concept", "captions")), strict=True)),
        )
        say(f"{rule}, {len(run.counts):,} concepts, {total:,} captions: {seconds:.1f} s, {peak_mb:.0f} MB")
        return run
