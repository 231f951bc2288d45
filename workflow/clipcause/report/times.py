"""What the jobs took, gathered by stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clipcause.rates.times import JobTime, read_jobs

PAGE = "build_page.tsv"  # what the page itself took, written after it: the time of the last report


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


def _gathered(stage: str, jobs: list[JobTime], since: float | None) -> StageTimes:
    return StageTimes(
        stage=stage,
        steps={step: sum(job.step == step for job in jobs) for step in dict.fromkeys(job.step for job in jobs)},
        seconds=sum(job.seconds for job in jobs),
        memory=max((job.memory for job in jobs if job.memory is not None), default=None),
        new=None if since is None else sum(job.ended > since for job in jobs),
        last=datetime.fromtimestamp(max(job.ended for job in jobs), UTC),
    )
