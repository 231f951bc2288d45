"""An evaluator of one's own, as docs/evaluation.md shows it."""

from clipcause.evaluation.evaluators import Evaluator, Row
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure
from clipcause.evaluation.weighting import weighted_mean


def length(kept, weights):
    return weighted_mean(kept["length"], weights)


class Lengths(Evaluator):
    measures = (EvidenceMeasure("length", "Length", 0, float("inf"), length),)

    def __init__(self, options):
        self.power = options["power"]

    def evidence(self, subject):
        yield Evidence({"length": (subject.features.images**2).sum(axis=1) ** (self.power / 2)})

    def rows(self, subject):
        yield Row("width", subject.features.images.shape[1])
