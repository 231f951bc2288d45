"""Claims: a paper's statement as a contrast of arms on one measure and test set, with a computed verdict."""

import difflib
from collections.abc import Iterable, Mapping

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.evaluators import Evaluator
from clipcause.studies.intervals import Interval, detectable
from clipcause.studies.measured import Measured
from clipcause.studies.measures import SCALARS
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS
from clipcause.studies.shifts import Shift

ABOVE, ABOUT_ZERO = "above", "about_zero"
SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE = "supported", "not supported", "inconclusive"
POWER = 0.80


ONE_CHANCE = "its interval covers the training seeds alone, and no arm has two"


def check_claims(
    claims: Mapping[str, dict],
    arms: Iterable[str],
    testsets: Iterable[str],
    readouts: Iterable[str],
    evaluators: Mapping[str, Evaluator],
    shifts: Mapping[str, Shift],
) -> None:
    """Raise UserError if a claim names an arm, measure, test set or readout that the study lacks, with the nearest."""
    own = [each.name for evaluator in evaluators.values() for each in evaluator.measures if each.name not in SCALARS]
    scalars = [*SCALARS, *own]
    for name, claim in claims.items():
        _check(name, "measure", claim["measure"], scalars)
        if claim["measure"] == EFFECTIVE_ROBUSTNESS.name:
            if not shifts:
                raise UserError(f"claim '{name}': the study has no section robustness that names baselines and shifts")
            _check(name, "test set", claim["testset"], shifts)
            _check(name, "readout", claim["readout"], {shift.readout for shift in shifts.values()})
        _check(name, "test set", claim["testset"], testsets)
        if claim["readout"] is not None:
            _check(name, "readout", claim["readout"], readouts)
        _check(name, "expect", claim["expect"], (ABOVE, ABOUT_ZERO))
        for arm in claim["contrast"]:
            _check(name, "arm", arm, arms)


def judge(name: str, claim: Mapping, measured: Measured | Shift | None) -> dict:
    """The claim's settings with estimate, interval, the smallest effect it could have shown, and verdict.

    `measured` is the claim's measure on its test set by its readout, None if nothing there is so measured. Where an arm
    of the contrast lacks it, the estimate is None, the verdict inconclusive and `reason` says why.
    """
    if measured is None:
        return _without_estimate(name, claim, f"{claim['measure']} is not measured on test set {claim['testset']}")
    for arm in claim["contrast"]:
        if arm in measured.undefined:
            return _without_estimate(name, claim, measured.undefined[arm])
    interval = measured.interval(claim["contrast"])
    if np.isnan(interval.low):
        return _without_estimate(name, claim, ONE_CHANCE)
    return {
        "name": name,
        **claim,
        "estimate": float(interval.value),
        "low": float(interval.low),
        "high": float(interval.high),
        "standard_error": float(interval.standard_error),
        "smallest_effect": smallest_effect(interval, claim["expect"], claim["margin"]),
        "seeds": interval.seeds,
        "verdict": verdict(float(interval.low), float(interval.high), claim["expect"], claim["margin"]),
        "reason": None,
    }


def verdict(low: float, high: float, expect: str, margin: float) -> str:
    """What the interval [low, high] of a contrast says of a claim.

    "above": supported if it lies above `margin`, not supported if below. "about_zero": supported if it lies inside
    (-margin, margin), not supported if it lies wholly outside. Else inconclusive.
    """
    if expect == ABOVE:
        supported, refuted = low > margin, high < margin
    else:
        supported, refuted = -margin < low and high < margin, low > margin or high < -margin
    return SUPPORTED if supported else NOT_SUPPORTED if refuted else INCONCLUSIVE


def smallest_effect(interval: Interval, expect: str, margin: float) -> float:
    """The smallest effect that this comparison could have shown, with a power of 80 %, in the measure's unit.

    "above": the smallest true contrast that would be found above `margin`, margin + (t_0.975 + t_0.80) SE.
    "about_zero": the smallest margin within which a true zero would be found, (t_0.975 + t_0.90) SE; 0.90 because
    the interval must clear the margin at both ends.
    """
    if expect == ABOVE:
        return margin + float(detectable(interval, POWER))
    return float(detectable(interval, (1 + POWER) / 2))


def _without_estimate(name: str, claim: Mapping, reason: str) -> dict:
    nothing = dict.fromkeys(("estimate", "low", "high", "standard_error", "smallest_effect", "seeds"))
    return {"name": name, **claim, **nothing, "verdict": INCONCLUSIVE, "reason": reason}


def _check(claim: str, what: str, found: str, allowed: Iterable[str]) -> None:
    allowed = list(allowed)
    if found not in allowed:
        nearest = difflib.get_close_matches(found, allowed, n=1, cutoff=0)[0]
        raise UserError(f"claim '{claim}': {what} '{found}' is none of {', '.join(allowed)}; did you mean '{nearest}'?")
