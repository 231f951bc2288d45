"""Claims: a paper's statement as a contrast of arms on one measure and test set, with a computed verdict."""

import difflib
from collections.abc import Iterable, Mapping

from clipcause.errors import UserError
from clipcause.studies.estimates import Measured
from clipcause.studies.intervals import Interval, detectable
from clipcause.studies.measures import SCALARS
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS
from clipcause.studies.shifts import Shift

ABOVE, ABOUT_ZERO = "above", "about_zero"
SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE = "supported", "not supported", "inconclusive"
POWER = 0.80


def check_claims(
    claims: Mapping[str, dict],
    arms: Iterable[str],
    testsets: Iterable[str],
    readouts: Iterable[str],
    shifts: Mapping[str, Shift],
) -> None:
    """Raise UserError if a claim names an arm, measure, test set or readout that the study lacks, with the nearest."""
    for name, claim in claims.items():
        _check(name, "measure", claim["measure"], SCALARS)
        if claim["measure"] == EFFECTIVE_ROBUSTNESS.name:
            if not shifts:
                raise UserError(f"claim '{name}': the study has no section robustness that names baselines and shifts")
            _check(name, "test set", claim["testset"], shifts)
            _check(name, "readout", claim["readout"], {shift.readout for shift in shifts.values()})
        _check(name, "test set", claim["testset"], testsets)
        _check(name, "readout", claim["readout"], readouts)
        _check(name, "expect", claim["expect"], (ABOVE, ABOUT_ZERO))
        for arm in claim["contrast"]:
            _check(name, "arm", arm, arms)


def judge(name: str, claim: Mapping, measured: Measured | Shift) -> dict:
    """The claim's settings with estimate, interval, the smallest effect it could have shown, and verdict.

    `measured` is the claim's measure on its test set by its readout. Where an arm of the contrast lacks it, the
    estimate is None, the verdict inconclusive and `reason` says why.
    """
    for arm in claim["contrast"]:
        if arm in measured.undefined:
            nothing = dict.fromkeys(("estimate", "low", "high", "standard_error", "smallest_effect", "seeds"))
            return {"name": name, **claim, **nothing, "verdict": INCONCLUSIVE, "reason": measured.undefined[arm]}
    interval = measured.interval(claim["contrast"])
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


def _check(claim: str, what: str, found: str, allowed: Iterable[str]) -> None:
    allowed = list(allowed)
    if found not in allowed:
        nearest = difflib.get_close_matches(found, allowed, n=1, cutoff=0)[0]
        raise UserError(f"claim '{claim}': {what} '{found}' is none of {', '.join(allowed)}; did you mean '{nearest}'?")
