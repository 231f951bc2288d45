"""Accuracy of the groups that an attribute makes of a test set, and the gap between them, per readout."""

from collections.abc import Iterator

import numpy as np

from clipcause.evaluation.attributes import NEITHER
from clipcause.evaluation.evaluators.association import distance_spread
from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure, Quantities
from clipcause.evaluation.groups import GroupAccuracy, group_accuracy
from clipcause.evaluation.measures import UndefinedError


def gap(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """Accuracy of the best group minus that of the worst, [R]."""
    return _accuracies(evidence, weights).gap


def relative_gap(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """The gap over the best group's accuracy, [R]."""
    found = _accuracies(evidence, weights)
    if weights is None and not found.accuracy.any():
        raise UndefinedError("no group has a right answer")
    return found.relative_gap


class Groups(Evaluator):
    """Each value that an attribute lists is a group of test images; images with any other value are left out.

    Evidence, per readout and attribute: correct [n], the share of draws that answer right; group [n], the number of the
    value among the attribute's, NEITHER (-1) if none.
    """

    by_readout, by_attribute = True, True
    measures = (
        EvidenceMeasure("gap", "Accuracy gap between groups", 0, 1, gap, distance_spread),
        EvidenceMeasure("relative_gap", "Accuracy gap between groups, relative", 0, 1, relative_gap, distance_spread),
    )

    def evidence(self, subject: Subject) -> Iterator[Evidence]:
        """See Evaluator."""
        for name, attribute in subject.attributes.items():
            if not (subject.testset.classifies and attribute.told_of(subject.testset.samples)):
                continue
            group = attribute.shown(subject.testset.samples)
            for readout, outcomes in subject.outcomes.items():
                correct = (outcomes.predictions == outcomes.labels).mean(axis=0)
                yield Evidence({"correct": correct, "group": group}, readout, name)
            for readout, reason in subject.reasons.items():
                yield Evidence(readout=readout, attribute=name, reason=reason)

    def rows(self, subject: Subject) -> Iterator[Row]:
        """The accuracy of every group as `group_accuracy`, its images as `group_samples`, under the value's name."""
        for each in self.evidence(subject):
            if each.reason is not None:
                continue
            values = subject.attributes[each.attribute].values
            try:
                found = _accuracies(each.quantities, None)
            except UndefinedError:
                continue  # the gap says why
            for number, samples, accuracy in zip(found.groups, found.samples, found.accuracy[0], strict=True):
                about = (each.readout, values[number], None, each.attribute)
                yield Row("group_accuracy", accuracy, *about)
                yield Row("group_samples", float(samples), *about)


def _accuracies(evidence: Quantities, weights: np.ndarray | None) -> GroupAccuracy:
    members = evidence["group"] != NEITHER
    weights = None if weights is None else weights[:, members]
    return group_accuracy(evidence["correct"][members], evidence["group"][members], weights)
