"""What each job takes by measured rates, and what these come to by stage; what was never timed is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from clipcause.job.took import Spent
from clipcause.planning.jobs import Jobs
from clipcause.planning.profile import Profile
from clipcause.rates.measured import Rates, Work
from clipcause.rates.quantities import Quantities
from clipcause.session.jobs import Job

HOUR = 3600
ALL_TOWERS = ("clip", "siglip")  # objectives that run both towers; the others run the image tower alone
Profiler = Callable[[str], Profile | None]


@dataclass(frozen=True)
class Estimate:
    """What a job takes and writes; `by` says by which others, where none was quite like it."""

    spent: Spent
    written: float
    by: str = ""


@dataclass
class Stage:
    """The jobs of a stage: how many, how many are left, and what these take and write.

    seconds    of wall time, as many jobs at once as there are cores for
    core       seconds of wall time times the cores that a job holds, of jobs without a GPU
    processor  seconds of processor time
    gpu        seconds of wall time times the GPUs that a job holds
    written    bytes of all its jobs, done or not
    to_write   bytes of those that are left
    unknown    why jobs are in none of these sums, and how many
    """

    name: str
    jobs: int = 0
    to_do: int = 0
    seconds: float = 0.0
    core: float = 0.0
    processor: float = 0.0
    gpu: float = 0.0
    written: float = 0.0
    to_write: float = 0.0
    unknown: dict[str, int] = field(default_factory=dict)
    by: dict[str, int] = field(default_factory=dict)

    @property
    def known(self) -> int:
        """How many of the jobs that are left are in the sums."""
        return self.to_do - sum(self.unknown.values())


@dataclass(frozen=True)
class Plan:
    """A configuration's stages, and the seconds of wall time of what is left on so many cores."""

    stages: Sequence[Stage]
    cores: int
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether all jobs are in the sums."""
        return not any(stage.unknown for stage in self.stages)

    def money(self, prices: Mapping[str, float | None]) -> float | None:
        """What the hours that are left cost; None if a price of what they use is not given."""
        used = {"core_hour": sum(each.core for each in self.stages), "gpu_hour": sum(each.gpu for each in self.stages)}
        if all(prices[key] is None for key in used) or any(used[key] and prices[key] is None for key in used):
            return None
        return sum(seconds / HOUR * (prices[key] or 0.0) for key, seconds in used.items())


def plan(jobs: Jobs, known: Sequence[Rates], cores: int, profiler: Profiler, there: Callable[[Job], int]) -> Plan:
    """Plan all jobs, by the first of the `known` rates that has each; `there` tells the bytes that a done job wrote."""
    stages: dict[str, Stage] = {}
    quantities, longest, work = Quantities(jobs.config), 0.0, 0.0
    of_stage: dict[str, tuple[float, float]] = {}
    for job in jobs.jobs:
        stage = stages.setdefault(job.stage, Stage(job.stage))
        stage.jobs += 1
        if job.number not in jobs.to_do:
            stage.written += there(job)
            continue
        stage.to_do += 1
        found = looked_at(job, quantities) or next(
            filter(None, (estimate(job.work, each, profiler) for each in known)), None
        )
        if found is None:
            _count(stage.unknown, reason(job.work))
            continue
        if found.by:
            _count(stage.by, found.by)
        seconds, threads = found.spent.seconds, min(job.threads, cores)
        stage.written += found.written
        stage.to_write += found.written
        stage.processor += found.spent.processor_seconds
        stage.gpu += seconds * job.gpus
        stage.core += 0.0 if job.gpus else seconds * threads
        total, most = of_stage.get(job.stage, (0.0, 0.0))
        of_stage[job.stage] = total + seconds * threads, max(most, seconds)
        work, longest = work + seconds * threads, max(longest, seconds)
    for name, (total, most) in of_stage.items():
        stages[name].seconds = max(total / cores, most)
    return Plan(list(stages.values()), cores, max(work / cores, longest))


def estimate(work: Work, rates: Rates, profiler: Profiler) -> Estimate | None:
    """What a job takes by jobs that were timed; None if nothing like it was, or its size can't be told."""
    if work.units is None:
        return None
    if (sums := rates.of(work)) is not None:
        return Estimate(sums.took(work.units), sums.written(work))
    alike = [(kind, model, sums) for kind, model, sums in rates.kinds(work.step) if _comparable(work, kind)]
    for kind, model, sums in sorted(alike, key=lambda each: (each[0] != work.kind, each[1] != work.model)):
        scales = _scales(work, model, profiler)
        if scales is not None:
            by = f"{work.step} {work.kind}".strip() + f" by {kind or 'others'}" if kind != work.kind else ""
            if model != work.model:
                by = f"{by or f'{work.step} {work.kind}'.strip()}, another model: scaled by operations"
            of_time, of_bytes = scales
            return Estimate(sums.took(work.units, of_time), sums.written(work) * of_bytes, by)
    return None


def looked_at(job: Job, quantities: Quantities) -> Estimate | None:
    """What a download from the web takes by a look at some of its URLs; None for other jobs, or without a look."""
    if job.work.step != "download_chunk" or job.work.units is None or not job.work.kind.startswith("from the web"):
        return None
    seen = quantities.preflight(job.names.split()[0])
    if seen is None or not seen["urls_per_second"]:
        return None
    seconds, written = job.work.units / seen["urls_per_second"], job.work.units * seen["bytes"] / seen["rows"]
    return Estimate(Spent(seconds, 0.0), written, "download_chunk by the preflight, processor time not known")


def reason(work: Work) -> str:
    """Why a job can't be estimated."""
    name = f"{work.step} {work.kind}".strip()
    return f"{name}: size unknown before it is made" if work.units is None else f"{name}: never timed"


def _comparable(work: Work, kind: str) -> bool:
    """Whether jobs of another kind say what this one takes: other vocabularies, and other batches of an objective."""
    if kind == work.kind:
        return True
    if work.step.startswith(("count_concepts", "list_matches")):
        return True
    if work.step == "train":
        one, other = (_parted(each) for each in (work.kind, kind))
        return one == other
    return False


def _parted(kind: str) -> list[str]:
    """What a way of training is but for its batch size."""
    on = " on a GPU" if kind.endswith(" on a GPU") else ""
    return [each for each in kind.removesuffix(on).split(", ") if not each.startswith("batches of ")] + [on]


def _scales(work: Work, model: str, profiler: Profiler) -> tuple[float, float] | None:
    """How much more a unit takes and writes with this job's model than with another."""
    if model == work.model:
        return 1.0, 1.0
    ours, theirs = profiler(work.model), profiler(model)
    if ours is None or theirs is None:
        return None
    return _cost(work, ours) / _cost(work, theirs), _size(work, ours) / _size(work, theirs)


def _cost(work: Work, of: Profile) -> float:
    match work.step:
        case "train":
            both = work.kind.split(",")[0] in ALL_TOWERS
            return of.image_trained + (of.text_trained if both else 0.0)
        case "embed_captions":
            return of.text
        case "take_pretrained":
            return float(of.parameters)
    return of.image


def _size(work: Work, of: Profile) -> float:
    return float(of.parameters if work.step in ("train", "take_pretrained") else of.width)


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
