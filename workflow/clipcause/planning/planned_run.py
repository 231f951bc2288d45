"""The plan of a configuration in this folder: jobs asked of Snakemake, rates from here and from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clipcause.planning.detectable import Detectable, detectable
from clipcause.planning.estimate import Plan, plan
from clipcause.planning.jobs import Jobs, ask
from clipcause.planning.learnt import learn, read_learnt, written_by
from clipcause.planning.profile import profiled

NO_RATES = (
    "none; nothing here is done, and planning.rates names no file: run a small configuration first (docs/planning.md)"
)


@dataclass(frozen=True)
class PlannedRun:
    """A run as it is planned: its jobs, what they take, at which prices, by which rates; what its claims can show."""

    jobs: Jobs
    plan: Plan
    prices: Mapping[str, float | None]
    claims: Sequence[Detectable]
    measured_on: str


def plan_run(snakemake: Sequence[str], cores: int) -> PlannedRun:
    """Plan the configuration that Snakemake, started with these words, would run here.

    A file that the configuration names says first what jobs take, then those that are done here. Raises UserError if
    it is no file of rates.
    """
    jobs = ask(snakemake)
    settings = jobs.config["planning"]
    here = learn(jobs)
    known = [here]
    sources = [f"measured here, from {len(here.rates)} jobs"] if len(here.rates) else []
    if settings["rates"]:
        given = read_learnt(settings["rates"])
        known.insert(0, given)
        sources.insert(0, f"{settings['rates']}, measured on {given.measured_on}")
    spreads = {measure: spread for each in reversed(known) for measure, spread in each.spreads.items()}
    stages = plan(jobs, [each.rates for each in known], cores, profiled, written_by)
    return PlannedRun(jobs, stages, settings, detectable(jobs.config, spreads), ", else ".join(sources) or NO_RATES)
