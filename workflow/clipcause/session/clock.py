"""A clock that was set back: Snakemake stops at a job whose inputs are dated in the future, until that has come."""

import os
import sys
import time
from pathlib import Path

SLACK = 5.0  # seconds by which the clocks of a file system and of this machine may differ


def date_back(results: Path = Path("results")) -> bool:
    """Date what `results` holds from the future to now; whether there was any.

    Every job leaves a benchmark, so that these tell: not all files are looked at where none is ahead of the clock.
    """
    now = time.time()
    if not any(_is_ahead(file, now) for file in (results / "benchmarks").rglob("*.tsv")):
        return False
    for path in results.rglob("*"):
        if _is_ahead(path, now):
            os.utime(path, (now, now), follow_symlinks=False)
    print(f"The clock was set back: what is dated in the future in {results} is dated now.", file=sys.stderr)
    return True


def _is_ahead(path: Path, now: float) -> bool:
    return path.lstat().st_mtime > now + SLACK
