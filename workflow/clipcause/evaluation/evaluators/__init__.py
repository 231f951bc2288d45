"""Evaluators: each reads a run's features and answers on one test set and yields measures of them.

classification.py   accuracy, head and tail, correlations with class frequency, per readout
retrieval.py        recall @1, 5 and 10, of text and of images
association.py      representation and association bias, per attribute
groups.py           accuracy of an attribute's groups and the gap between them, per readout
collapse.py         neural collapse of features and classifier
custom.py           evaluators of the user's own

A new evaluator is a subclass of Evaluator in a module here and one entry of EVALUATORS. None of them imports torch.
"""

from collections.abc import Mapping

from clipcause.evaluation.evaluators.association import Association
from clipcause.evaluation.evaluators.classification import Classification
from clipcause.evaluation.evaluators.collapse import Collapse
from clipcause.evaluation.evaluators.custom import Custom
from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject
from clipcause.evaluation.evaluators.groups import Groups
from clipcause.evaluation.evaluators.retrieval import Retrieval
from clipcause.evaluation.measures import MEASURES, Described

__all__ = ["EVALUATORS", "SCALARS", "Evaluator", "Row", "Subject", "described", "evaluators"]

EVALUATORS: dict[str, Evaluator] = {
    "classification": Classification(),
    "retrieval": Retrieval(),
    "association": Association(),
    "groups": Groups(),
    "collapse": Collapse(),
}

SCALARS: dict[str, Described] = {
    **{name: each for name, each in MEASURES.items() if not each.per_class},
    **{each.name: each for evaluator in EVALUATORS.values() for each in evaluator.measures},
}
"""Every measure of one value, which studies give an interval, but for those of the user's own evaluators."""


def evaluators(own: Mapping[str, Mapping]) -> dict[str, Evaluator]:
    """Every evaluator by its name, with those of the user's own by their settings."""
    return EVALUATORS | {name: Custom(name, settings) for name, settings in own.items()}


def described(measure: str) -> Described:
    """What is said of a scalar measure, for tables and figures; of one of the user's own, which has a dot, its name."""
    if "." in measure and measure not in SCALARS:
        return Described(measure, measure.replace(".", ", ").replace("_", " "), float("-inf"), float("inf"))
    return SCALARS[measure]
