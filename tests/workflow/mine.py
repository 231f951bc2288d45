"""An evaluator of one's own: how long the features of the test images are."""

from clipcause.evaluation.evaluators import Evaluator, Row
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure
from clipcause.evaluation.weighting import weighted_mean


class Lengths(Evaluator):
    """The mean length of features, to some power."""

    measures = (
        EvidenceMeasure(
            "length", "Length", 0, float("inf"), lambda kept, weights: weighted_mean(kept["length"], weights)
        ),
    )

    def __init__(self, options):
        self.power = options["power"]

    def evidence(self, subject):
        yield Evidence({"length": (subject.features.images.astype(float) ** 2).sum(axis=1) ** (self.power / 2)})

    def rows(self, subject):
        yield Row("width", subject.features.images.shape[1])
