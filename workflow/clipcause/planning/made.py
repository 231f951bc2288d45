"""The plan of a configuration in this folder: jobs asked of Snakemake, rates from here and from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clipcause.errors import UserError
from clipcause.job.command import log
from clipcause.planning.detectable import Detectable, detectable
from clipcause.planning.estimate import Plan, plan
from clipcause.planning.jobs import Jobs, ask
from clipcause.planning.learnt import learn, read_learnt, written_by
from clipcause.planning.profile import Profile, profile

NONE = (
    "none; nothing here is done, and planning.rates names no file: run a small configuration first (docs/planning.md)"
)


@dataclass(frozen=True)
class Made:
    """A plan with what is told beside it."""

    jobs: Jobs
    plan: Plan
    prices: Mapping[str, float | None]
    claims: Sequence[Detectable]
    measured_on: str


def make_plan(snakemake: Sequence[str], cores: int) -> Made:
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
    made = plan(jobs, [each.rates for each in known], cores, profiled, written_by)
    return Made(jobs, made, settings, detectable(jobs.config, spreads), ", else ".join(sources) or NONE)


def profiled(model: str) -> Profile | None:
    """The profile of a model; None, with a warning, where its library has no such model or lacks a package for it."""
    try:
        return profile(model)
    except (UserError, ImportError) as error:
        log.warning("a model could not be looked at, so nothing is scaled to it: %s", error)
        return None
