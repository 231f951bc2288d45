"""The whole workflow on one line, from what its jobs do."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from clipcause.job.took import Took
from clipcause.session.jobs import Job, took_of
from clipcause.session.progress_lines import Reported
from clipcause.session.time_left import Pace, Running, time_left
from clipcause.session.words import counted, listed


class Overview:
    """What is done, at work and left. Seconds are those of any one clock."""

    def __init__(
        self,
        jobs: Sequence[Job],
        runs_there: int = 0,
        studies: Sequence[str] = (),
        cores: int | None = None,
        past: Iterable[tuple[Job, Took]] = (),
    ) -> None:
        """`jobs` will run; `runs_there` runs are there already; `cores` is None where a cluster gives what it has.

        `past` says what jobs took before.
        """
        self.jobs = {job.number: job for job in jobs}
        self.running: dict[int, float] = {}  # job -> when it began
        self.done: set[int] = set()
        self.failed: set[int] = set()
        self._runs_there, self._studies, self._cores, self._pace = runs_there, studies, cores, Pace(past)

    def started(self, number: int, now: float) -> None:
        """A job began, perhaps once more."""
        if number in self.jobs:
            self.failed.discard(number)
            self.running[number] = now

    def finished(self, number: int, now: float) -> None:
        """A job is done."""
        if number in self.running:
            job, seconds = self.jobs[number], now - self.running.pop(number)
            self._pace.finished(job, took_of(job, seconds))
            self.done.add(number)

    def stopped(self, number: int, failed: bool = True) -> None:
        """A job ended without what it should make, since it failed or was told to stop."""
        if self.running.pop(number, None) is not None and failed:
            self.failed.add(number)

    @property
    def runs(self) -> tuple[int, int]:
        """How many runs are there, and how many there will be."""
        done = self._runs_there + sum(self.jobs[number].runs for number in self.done)
        return done, self._runs_there + sum(job.runs for job in self.jobs.values())

    def line(self, now: float, reported: Mapping[int, Reported]) -> str:
        """`longtail: runs 12 of 48 · jobs 80 of 210 · 5,200 samples/s · 6 min left · now: train longtail/clip (61 %)`.

        `reported` is what jobs at work last said of themselves.
        """
        runs_done, runs = self.runs
        parts = [f"runs {runs_done:,} of {runs:,}"] if runs else []
        parts.append(f"jobs {len(self.done):,} of {len(self.jobs):,}")
        if self.failed:
            parts.append(f"{len(self.failed):,} failed")
        parts += self._rates(reported)
        if len(self.done) < len(self.jobs) and not self.failed:  # after a failure, who knows what else is left out
            parts.append(str(self._left(now, reported)))
        if self.running:
            parts.append(f"now: {listed((self._named(number, reported) for number in self.running), most=2)}")
        line = " · ".join(parts)
        return f"{listed(self._studies, most=3)}: {line}" if self._studies else line

    def result(self) -> str:
        """What is done in the end: `44 jobs, 4 runs`."""
        trained = sum(self.jobs[number].runs for number in self.done)
        jobs = counted(len(self.done), "job")
        return f"{jobs}, {counted(trained, 'run')} trained" if trained else jobs

    def _rates(self, reported: Mapping[int, Reported]) -> list[str]:
        rates: dict[str, float] = defaultdict(float)
        for number in self.running:
            if number in reported:
                rates[reported[number].unit] += reported[number].rate
        return [f"{rate:,.0f} {unit}/s" for unit, rate in rates.items()]

    def _left(self, now: float, reported: Mapping[int, Reported]) -> object:
        running = [
            Running(self.jobs[number], now - began, reported[number].share if number in reported else None)
            for number, began in self.running.items()
        ]
        begun = self.running.keys() | self.done | self.failed
        waiting = [job for number, job in self.jobs.items() if number not in begun]
        at_work = sum(each.job.threads for each in running)
        return time_left(waiting, running, self._pace, self._cores or max(at_work, 1))

    def _named(self, number: int, reported: Mapping[int, Reported]) -> str:
        share = reported[number].share if number in reported else None
        return str(self.jobs[number]) + (f" ({share:.0%})".replace("%", " %") if share is not None else "")
