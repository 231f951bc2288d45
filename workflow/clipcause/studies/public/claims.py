"""Claims about the pools of public models: every pool an arm, its models in the place of training seeds.

The interval is that of our own arms. The spread of the models of a pool, which differ in more than chance (their size,
how long they were trained), stands where the spread between seeds does, and is pooled over all pools.

Correlations with class frequency: the models answer to the same resamples of test images. Effective robustness: tables
tell how many answers are right, not which, so that the luck of the images is simulated, as the normal approximation of
a binomial; all models get the same luck. That is the most that it can move the mean of a pool; between pools it
cancels, but for what models have of their own, which is in their spread. The line adds the scatter of the baselines
about it. Models outside the range of the baselines, where the line is extrapolated, are left out of claims.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd

from clipcause.errors import UserError
from clipcause.evaluation.measures import MEASURES
from clipcause.studies.claims import ESTIMATE, INCONCLUSIVE, estimated, verdict
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval
from clipcause.studies.public.pools import pool_of
from clipcause.studies.public.tables import REFERENCE, ModelCorrelation, shift_counts
from clipcause.studies.resampling import resampling_seed
from clipcause.studies.robustness import Counts, fit_line
from clipcause.studies.robustness_intervals import SampledCounts, robustness_interval

FAMILY = "public"
EXTRAPOLATED = "every model of {pool} is more or less accurate on the reference than all baselines"


@dataclass(frozen=True)
class PoolValues:
    """A measure of the models of every pool: `interval` of a contrast of pools, and why pools have none."""

    pools: tuple[str, ...]
    undefined: dict[str, str]
    interval: Callable[[Mapping[str, float]], Interval]


def judge_pools(
    claims: Mapping[str, Mapping],
    baselines: pd.DataFrame,
    models: pd.DataFrame,
    correlations: Iterable[ModelCorrelation],
    count: int,
) -> list[dict]:
    """The claims' settings, each with estimate, interval, the smallest effect it could have shown, and verdict, as of a
    study; `models` says how many there are of the pool that has fewest, and `reason` why there is no estimate.

    `baselines` and `models` are the tables of accuracies, `count` how many resamples. Raises UserError if a claim names
    a pool that no model was trained on, with the nearest.
    """
    correlations, judged = list(correlations), []
    for name, claim in claims.items():
        if claim["measure"] == "corr_acc":
            values = correlation_values([each for each in correlations if each.matching == claim["matching"]])
        else:
            values = robustness_values(baselines, models, claim["testset"], count)
        for pool in claim["contrast"]:
            if pool not in (known := [*values.pools, *values.undefined]):
                guess = "".join(f"; did you mean '{each}'?" for each in difflib.get_close_matches(pool, known, n=1))
                listed = ", ".join(known) or "none"
                raise UserError(f"published claim '{name}': no model of pool '{pool}'; there are {listed}{guess}")
        judged.append(_judge(name, claim, values))
    return judged


def correlation_values(correlations: Iterable[ModelCorrelation]) -> PoolValues:
    """Correlations of class frequency with accuracy, found by one way of matching captions."""
    by_pool: dict[str, list[ModelCorrelation]] = {}
    for each in correlations:
        by_pool.setdefault(each.pool, []).append(each)
    arms = {pool: _arm(members) for pool, members in by_pool.items()}
    return PoolValues(tuple(arms), {}, lambda contrast: contrast_interval(contrast, arms))


def robustness_values(baselines: pd.DataFrame, models: pd.DataFrame, shift: str, count: int) -> PoolValues:
    """Effective robustness on a shift, in points."""
    fixed = shift_counts(baselines, shift)
    line = fit_line(fixed)
    pools = np.array([pool_of(weights).pool for weights in models["pretrained"]])
    inside = ~line.extrapolates(shift_counts(models, shift).id_logit)
    arms = {
        pool: _sampled(shift_counts(models[(pools == pool) & inside], shift), shift, count)
        for pool in dict.fromkeys(pools[inside])
    }
    of_baselines = SampledCounts(fixed, Counts(*(np.asarray(each)[None] for each in astuple(fixed))))
    families = dict.fromkeys(arms, FAMILY)
    return PoolValues(
        tuple(arms),
        {pool: EXTRAPOLATED.format(pool=pool) for pool in dict.fromkeys(pools) if pool not in arms},
        lambda contrast: robustness_interval(contrast, families, arms, of_baselines),
    )


def _judge(name: str, claim: Mapping, values: PoolValues) -> dict:
    about = {"name": name, "testset": REFERENCE, **claim}
    lacking = next((values.undefined[pool] for pool in claim["contrast"] if pool in values.undefined), None)
    if lacking is not None:
        return about | dict.fromkeys((*ESTIMATE, "models")) | {"verdict": INCONCLUSIVE, "reason": lacking}
    interval = values.interval(claim["contrast"])
    found = estimated(interval, claim)
    told = verdict(found["low"], found["high"], claim["expect"], claim["margin"])
    return about | found | {"models": interval.seeds, "verdict": told, "reason": None}


def _arm(members: list[ModelCorrelation]) -> ArmValues:
    values = np.array([each.value for each in members])
    resampled = np.stack([each.resampled for each in members], axis=1)
    return ArmValues(FAMILY, values, resampled, MEASURES["corr_acc"].spread(values.mean()))


def _sampled(observed: Counts, shift: str, count: int) -> SampledCounts:
    """Counts [K] with `count` simulated test sets, [R, K], of one luck for all models."""
    luck = np.random.Generator(np.random.Philox(resampling_seed(shift))).standard_normal((2, count, 1))
    moved = [
        np.clip(correct + normal * np.sqrt(correct * (1 - correct / total)), 0, total)
        for normal, correct, total in (
            (luck[0], observed.id_correct, observed.id_total),
            (luck[1], observed.shift_correct, observed.shift_total),
        )
    ]
    return SampledCounts(observed, Counts(moved[0], observed.id_total, moved[1], observed.shift_total))
