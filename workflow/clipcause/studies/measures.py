"""Every measure that a study estimates and its claims may be about: those of evaluators, and effective robustness."""

from collections.abc import Mapping

from clipcause.evaluation import evaluators
from clipcause.evaluation.measures import Described
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS

SCALARS: dict[str, Described] = {**evaluators.SCALARS, EFFECTIVE_ROBUSTNESS.name: EFFECTIVE_ROBUSTNESS}


def described(measure: str) -> Described:
    """What is said of a measure of one value, for tables and figures."""
    return SCALARS[measure] if measure in SCALARS else evaluators.described(measure)


def is_share(about: Described) -> bool:
    """Whether values are shares, 0 to 1: they are shown in per cent, and their differences in points."""
    return (about.low, about.high) == (0, 1)


def is_in_points(about: Described) -> bool:
    """Whether values are differences of shares in points, -100 to 100."""
    return (about.low, about.high) == (-100, 100)


def claimed(claim: Mapping) -> Described:
    """The same of what a claim estimates: its measure, or how much more of one measure is cut than of another."""
    if claim["cut"] is None:
        return described(claim["measure"])
    of, than = (described(claim["cut"][key]).title for key in ("of", "than"))
    return Described("cut", f"Relative cut of {of}, less that of {than}", -1, 1)
