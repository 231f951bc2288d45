"""How long the rest takes, from how long what is done took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clipcause.job.took import Spent, Took
from clipcause.rates.measured import Rates
from clipcause.session.jobs import Job
from clipcause.session.words import duration


@dataclass(frozen=True)
class TimeLeft:
    """`seconds` of the jobs whose step has been timed; `whole` if that is all of them."""

    seconds: float
    whole: bool

    def __str__(self) -> str:
        if self.whole:
            return f"{duration(self.seconds)} left"
        return f"over {duration(self.seconds)} left" if self.seconds >= 1 else "time left not known yet"


@dataclass(frozen=True)
class Running:
    """A job at work for so many seconds; `share` of it, 0 to 1, is done, None if it does not say."""

    job: Job
    seconds: float
    share: float | None = None

    def total(self) -> float | None:
        """The seconds that it takes altogether, as it goes; None if it can't be said."""
        return self.seconds / self.share if self.share else None


class Pace:
    """The seconds that jobs take, by those of their step, and of their kind if there is one."""

    def __init__(self, past: Iterable[tuple[Job, Took]] = ()) -> None:
        """`past` are jobs of earlier runs and what they took: what counts until one of their step is done."""
        self._past, self._now = Rates(), Rates()
        for job, took in past:
            self._past.learn(job.work, took)

    def finished(self, job: Job, took: Took) -> None:
        """Learn from a job that is done."""
        self._now.learn(job.work, took)

    def of(self, job: Job, running: Sequence[Running] = ()) -> float | None:
        """The seconds that a job takes: by those of its step that are done, are at work, were done; None if by none."""
        at_work = Rates()
        for each in running:
            if (total := each.total()) is not None:
                at_work.learn(each.job.work, Took(Spent(total)))
        known = (self._now, at_work, self._past)
        alike = [rates.of(job.work) for rates in known] + [rates.of_step(job.work.step) for rates in known]
        return next((sums.took(job.work.units).seconds for sums in alike if sums), None)


def time_left(waiting: Sequence[Job], running: Sequence[Running], pace: Pace, cores: int) -> TimeLeft:
    """The work left, spread over the cores; never less than the longest job that is left."""
    work, longest, whole = 0.0, 0.0, True
    known = [(job, pace.of(job, running)) for job in waiting]
    for each in running:
        total = each.total() or pace.of(each.job, running)
        known.append((each.job, None if total is None else max(total - each.seconds, 0.0)))
    for job, seconds in known:
        if seconds is None:
            whole = False
            continue
        work += seconds * min(job.threads, cores)
        longest = max(longest, seconds)
    return TimeLeft(max(work / cores, longest), whole)
