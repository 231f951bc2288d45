"""What jobs took: the files that Snakemake's `benchmark:` leaves, one a job, and the last lines of the jobs' logs."""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clipcause.job.took import Took, read

END = 512  # bytes at the end of a log that hold its last line


@dataclass(frozen=True)
class JobTime:
    """A job: its step (`build_subset`), wall time in seconds, peak memory in MB (None: too quick to see), its end."""

    step: str
    seconds: float
    memory: float | None
    ended: float


def read_jobs(folder: Path) -> list[JobTime]:
    """Every job that has a file below `folder`, by path. A file that holds no time (yet) is left out."""
    found = (read_job(path, path.relative_to(folder).parts[0]) for path in sorted(folder.rglob("*.tsv")))
    return [job for job in found if job is not None]


def read_job(path: Path, step: str) -> JobTime | None:
    """One job's benchmark; None if it holds no time."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    seconds = _number(rows[-1].get("s")) if rows else None
    if seconds is None:
        return None
    return JobTime(step.removesuffix(".tsv"), seconds, _number(rows[-1].get("max_rss")), path.stat().st_mtime)


def read_took(logs: Iterable[str | Path]) -> Took | None:
    """What the job with these logs says it took; None if it is not done, or does not say."""
    return next(filter(None, map(_took, logs)), None)


def _took(log: str | Path) -> Took | None:
    try:
        with open(log, "rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - END, 0))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    return read(lines[-1]) if lines else None


def _number(text: str | None) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
