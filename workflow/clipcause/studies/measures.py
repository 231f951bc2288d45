"""Every measure that a study estimates and its claims may be about: those of answers, and effective robustness."""

from clipcause.evaluation.measures import MEASURES, Described
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS

SCALARS: dict[str, Described] = {
    **{name: measure for name, measure in MEASURES.items() if not measure.per_class},
    EFFECTIVE_ROBUSTNESS.name: EFFECTIVE_ROBUSTNESS,
}
