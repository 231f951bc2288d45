"""Neural collapse of a run's features, and of its classifier (Papyan et al. 2020; per class Wen et al. 2024)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from clipcause.evaluation.collapse import (
    centred,
    class_means,
    nearest_simplex_distance,
    simplex_distance,
    within_class_collapse,
)
from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure, Quantities
from clipcause.evaluation.measures import UndefinedError
from clipcause.evaluation.texts import ENSEMBLE

TITLES = {
    "nc1": "Neural collapse NC1, spread within classes",
    "nc2": "Neural collapse NC2 of class means",
    "nc2_nearest": "Neural collapse NC2 of class means, nearest class",
    "nc2_classifier": "Neural collapse NC2 of the classifier",
    "nc2_nearest_classifier": "Neural collapse NC2 of the classifier, nearest class",
}


def mean_over_classes(name: str, evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """The mean of a measure of neural collapse over the classes, the same under every weighting, [R]."""
    if name not in evidence:
        raise UndefinedError("it has neither a head that knows every class nor prompts")
    if np.isnan(evidence[name]).any():
        raise UndefinedError("neural collapse needs two classes, with samples whose mean features differ")
    return np.full(1 if weights is None else len(weights), evidence[name].mean())


class Collapse(Evaluator):
    """NC1, NC2 and its nearest-class version of the images' features, as the tower gives them; NC2 of the classifier:
    the rows of the head or, without one, the class prompts.

    Evidence: each of them [C], per class with samples. There is no resampling: a resample repeats images, which shrinks
    classes; so intervals cover the training seeds alone.
    """

    measures = tuple(
        EvidenceMeasure(
            name, title, 0, np.inf if name == "nc1" else 2, partial(mean_over_classes, name), resampled=False
        )
        for name, title in TITLES.items()
    )

    def evidence(self, subject: Subject) -> Iterator[Evidence]:
        """See Evaluator."""
        if subject.testset.classifies:
            yield Evidence(_per_class(subject))

    def rows(self, subject: Subject) -> Iterator[Row]:
        """The same per class, as `class_nc1` and so on."""
        if not subject.testset.classifies:
            return
        classes = np.array(subject.testset.classnames, dtype=object)[np.unique(subject.testset.labels)]
        for name, values in _per_class(subject).items():
            if not np.isnan(values).any():
                for concept, value in zip(classes, values, strict=True):
                    yield Row(f"class_{name}", value, concept=concept)


def _per_class(subject: Subject) -> dict[str, np.ndarray]:
    """Every measure of TITLES that there is something to measure of, [C], NaN where it is undefined."""
    present, labels = np.unique(subject.testset.labels, return_inverse=True)
    images = subject.features.images

    def means() -> np.ndarray:
        return centred(class_means(images, labels))

    found = {
        "nc1": lambda: within_class_collapse(images, labels),
        "nc2": lambda: simplex_distance(means()),
        "nc2_nearest": lambda: nearest_simplex_distance(means()),
    }
    rows = _classifier(subject, present)
    if rows is not None:
        found["nc2_classifier"] = lambda: simplex_distance(rows)
        found["nc2_nearest_classifier"] = lambda: nearest_simplex_distance(rows)
    measured = {}
    for name, function in found.items():
        try:
            measured[name] = function()
        except UndefinedError:
            measured[name] = np.full(len(present), np.nan)
    return measured


def _classifier(subject: Subject, present: np.ndarray) -> np.ndarray | None:
    """The classifier's row of every class with samples, [C, d]; None if there is none."""
    head, classnames = subject.model.head, [subject.testset.classnames[number] for number in present]
    if head is not None:
        return head.unit_rows(classnames) if set(classnames) <= head.row_of.keys() else None
    return subject.features.texts[ENSEMBLE][present] if subject.features.texts else None
