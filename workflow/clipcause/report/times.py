"""What the jobs took: the files that Snakemake's `benchmark:` leaves, one a job, gathered by stage."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = "build_page.tsv"  # what the page itself took, written after it: the time of the last report


@dataclass(frozen=True)
class JobTime:
    """A job: its step (`build_subset`), wall time in seconds, peak memory in MB (None: too quick to see), its end."""

    step: str
    seconds: float
    memory: float | None
    ended: float


@dataclass(frozen=True)
class StageTimes:
    """The jobs of a stage: how many of each step, their wall time in seconds added up, the highest peak memory in MB.

    `new` of them ended after the last report was made, None if there was none; `last` is the end of the last of them.
    """

    stage: str
    steps: dict[str, int]
    seconds: float
    memory: float | None
    new: int | None
    last: datetime

    @property
    def jobs(self) -> int:
        """How many jobs."""
        return sum(self.steps.values())


def stage_times(folder: Path, stages: Mapping[str, str]) -> list[StageTimes]:
    """Gather `folder`/{step}.tsv and `folder`/{step}/**/*.tsv; `stages` says which stage a step belongs to, in order.

    The files are read as they stand. A job that was run again counts once, as it was the last time, and those of
    other configurations count too. Files of steps that `stages` does not know are left out.
    """
    page = folder / PAGE
    since = page.stat().st_mtime if page.exists() else None
    jobs: dict[str, list[JobTime]] = {stage: [] for stage in stages.values()}
    for job in read_jobs(folder):
        if job.step in stages:
            jobs[stages[job.step]].append(job)
    return [_gathered(stage, of, since) for stage, of in jobs.items() if of]


def read_jobs(folder: Path) -> list[JobTime]:
    """Every job that has a file below `folder`, by path. A file that holds no time (yet) is left out."""
    found = (_read(path, path.relative_to(folder).parts[0]) for path in sorted(folder.rglob("*.tsv")))
    return [job for job in found if job is not None]


def _read(path: Path, step: str) -> JobTime | None:
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    seconds = _number(rows[-1].get("s")) if rows else None
    if seconds is None:
        return None
    return JobTime(step.removesuffix(".tsv"), seconds, _number(rows[-1].get("max_rss")), path.stat().st_mtime)


def _number(text: str | None) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _gathered(stage: str, jobs: list[JobTime], since: float | None) -> StageTimes:
    return StageTimes(
        stage=stage,
        steps={step: sum(job.step == step for job in jobs) for step in dict.fromkeys(job.step for job in jobs)},
        seconds=sum(job.seconds for job in jobs),
        memory=max((job.memory for job in jobs if job.memory is not None), default=None),
        new=None if since is None else sum(job.ended > since for job in jobs),
        last=datetime.fromtimestamp(max(job.ended for job in jobs), UTC),
    )
