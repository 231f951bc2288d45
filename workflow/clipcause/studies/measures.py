"""Every measure that a study estimates and its claims may be about: those of evaluators, and effective robustness."""

from clipcause.evaluation import evaluators
from clipcause.evaluation.measures import Described
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS

SCALARS: dict[str, Described] = {**evaluators.SCALARS, EFFECTIVE_ROBUSTNESS.name: EFFECTIVE_ROBUSTNESS}


def described(measure: str) -> Described:
    """What is said of a measure of one value, for tables and figures."""
    return SCALARS[measure] if measure in SCALARS else evaluators.described(measure)
