"""Claims: a paper's statement as a contrast of arms on one measure, with a computed verdict."""

import difflib
from collections.abc import Iterable, Mapping
from shlex import quote

from clipcause.errors import UserError
from clipcause.evaluation.evaluators import Evaluator
from clipcause.questions import Lack, Question, lacks, of_claim
from clipcause.studies.answers import Kept, NoEstimateError, Shifts, estimate
from clipcause.studies.intervals import Interval, detectable
from clipcause.studies.measures import SCALARS

ABOVE, AT_LEAST, ABOUT_ZERO = "above", "at_least", "about_zero"
SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE = "supported", "not supported", "inconclusive"
NOT_RUN, NOT_ASKED = "not run", "not asked"
JUDGED = (SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE)
POWER = 0.80
ESTIMATE = ("estimate", "low", "high", "standard_error", "smallest_effect")


def claim_questions(study: Mapping) -> dict[str, Question]:
    """What the claims of a study ask that are to be judged: not those that cannot be asked, nor those that are not run.

    Raises UserError, with the nearest name, if a claim names what the study lacks and has no preset that brings it.
    """
    asked = {}
    for name, claim in study["claims"].items():
        question = of_claim(claim)
        if question is None:
            continue
        lacking = next(lacks(question, study), None)
        if lacking is None:
            asked[name] = question
        elif claim.get("preset") is None:
            refuse(f"claim '{name}'", lacking)
    return asked


def check_claims(
    claims: Mapping[str, dict], asked: Mapping[str, Question], evaluators: Mapping[str, Evaluator]
) -> None:
    """Raise UserError if a claim that is to be judged has a measure or expectation that is none, with the nearest."""
    for name, question in asked.items():
        check_measures(f"claim '{name}'", question.measures, evaluators)
        _check(f"claim '{name}'", "expect", claims[name]["expect"], (ABOVE, AT_LEAST, ABOUT_ZERO))


def check_measures(asks: str, measures: Iterable[str], evaluators: Mapping[str, Evaluator]) -> None:
    """Raise UserError if what asks, a claim or an effect, has a measure that no evaluator has."""
    own = [each.name for evaluator in evaluators.values() for each in evaluator.measures if each.name not in SCALARS]
    for measure in measures:
        _check(asks, "measure", measure, [*SCALARS, *own])


def refuse(asks: str, lacking: Lack) -> None:
    """Raise UserError for what asks, a claim or an effect, and what its study lacks."""
    if lacking.what == "robustness":
        raise UserError(f"{asks}: the study has no section robustness that names baselines and shifts")
    kind = {"arms": "arm", "readouts": "readout", "attributes": "attribute"}.get(lacking.what, "test set")
    _check(asks, kind, lacking.found, lacking.known)


def judge(name: str, claim: Mapping, study: str, question: Question | None, kept: Kept, shifts: Shifts) -> dict:
    """The claim's settings with estimate, interval, the smallest effect it could have shown, and verdict.

    `question` is what it asks, None if it is not to be judged: the verdict is then `not asked` with the reason of its
    own, or `not run` with the command that runs the study with the claim's preset. Where an arm of the contrast lacks
    the measure, the estimate is None, the verdict inconclusive and `reason` says why.
    """
    about = {"name": name, **claim, "testset": _listed(claim["testset"]), "command": None}
    about |= {key: claim.get(key) for key in ("cut", "preset", "cannot_be_asked")}
    nothing = dict.fromkeys((*ESTIMATE, "seeds"))
    if about["cannot_be_asked"] is not None:
        return about | nothing | {"verdict": NOT_ASKED, "reason": about["cannot_be_asked"]}
    if question is None:
        told = {"verdict": NOT_RUN, "reason": f"needs what {claim['preset']} adds"}
        return about | nothing | told | {"command": command(study, claim["preset"])}
    try:
        interval = estimate(question, kept, shifts)
    except NoEstimateError as reason:
        return about | nothing | {"verdict": INCONCLUSIVE, "reason": str(reason)}
    found = estimated(interval, claim)
    told = verdict(found["low"], found["high"], claim["expect"], claim["margin"])
    return about | found | {"seeds": interval.seeds, "verdict": told, "reason": None}


def estimated(interval: Interval, claim: Mapping) -> dict[str, float]:
    """What ESTIMATE names, of a claim with this interval."""
    least_shown = smallest_effect(interval, claim["expect"], claim["margin"])
    numbers = (interval.value, interval.low, interval.high, interval.standard_error, least_shown)
    return dict(zip(ESTIMATE, map(float, numbers), strict=True))


def command(study: str, preset: str) -> str:
    """What to run for a study with a preset laid over the default configuration."""
    return f"snakemake --configfile config.yaml {quote(preset)} --cores all {study}"


def verdict(low: float, high: float, expect: str, margin: float) -> str:
    """What the interval [low, high] of a contrast says of a claim.

    "above": supported if it lies above `margin`, not supported if below. "at_least": supported if it lies above
    -margin, not supported if below: non-inferiority. "about_zero": supported if it lies inside (-margin, margin), not
    supported if it lies wholly outside. Else inconclusive.
    """
    if expect == ABOUT_ZERO:
        supported, refuted = -margin < low and high < margin, low > margin or high < -margin
    else:
        bound = least(expect, margin)
        supported, refuted = low > bound, high < bound
    return SUPPORTED if supported else NOT_SUPPORTED if refuted else INCONCLUSIVE


def least(expect: str, margin: float) -> float:
    """What the whole interval must lie above to support a claim; of "about_zero" the lower of both ends."""
    return margin if expect == ABOVE else -margin


def smallest_effect(interval: Interval, expect: str, margin: float) -> float:
    """The smallest effect that this comparison could have shown, with a power of 80 %, in the measure's unit.

    "above": the smallest true contrast that would be found above `margin`, margin + (t_0.975 + t_0.80) SE.
    "at_least": the smallest margin that a true zero would be found above the negative of, (t_0.975 + t_0.80) SE.
    "about_zero": the smallest margin within which a true zero would be found, (t_0.975 + t_0.90) SE; 0.90 because
    the interval must clear the margin at both ends.
    """
    if expect == ABOUT_ZERO:
        return float(detectable(interval, (1 + POWER) / 2))
    return float(detectable(interval, POWER)) + (margin if expect == ABOVE else 0.0)


def _listed(testset: str | list[str] | None) -> str | None:
    """The claim's test sets as one text."""
    return testset if testset is None or isinstance(testset, str) else ", ".join(testset)


def _check(asks: str, what: str, found: str, allowed: Iterable[str]) -> None:
    allowed = list(allowed)
    if not allowed:
        raise UserError(f"{asks}: {what} '{found}' is none of the study's, which has none")
    if found not in allowed:
        nearest = difflib.get_close_matches(found, allowed, n=1, cutoff=0)[0]
        raise UserError(f"{asks}: {what} '{found}' is none of {', '.join(allowed)}; did you mean '{nearest}'?")
