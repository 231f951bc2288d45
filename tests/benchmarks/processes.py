"""What a command takes, and how much memory this process has had."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

LAUNCHER = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(code)
"""
"""Runs a command from a small process: the peak memory of a child includes that of the process that forked it."""


class Took(NamedTuple):
    """Wall time from start to end, time of all cores, peak memory."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: Sequence[str]) -> Took:
    """Run a command; ends the benchmark with what it said if it fails."""
    done = subprocess.run([sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return Took(*map(float, done.stdout.split()))


def peak_mb() -> float:
    """The most memory that this process has had."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
