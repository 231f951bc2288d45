"""The measures of classification, for every readout."""

from collections.abc import Iterator

from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject
from clipcause.evaluation.frequencies import class_frequency
from clipcause.evaluation.measures import MEASURES, UndefinedError
from clipcause.evaluation.tally import tally


class Classification(Evaluator):
    """Every measure of `measures.py`; one row with the reason where a measure, or the whole readout, has no value."""

    def rows(self, subject: Subject) -> Iterator[Row]:
        """See Evaluator."""
        for readout, outcomes in subject.outcomes.items():
            counts = tally(outcomes, class_frequency(subject.frequency, outcomes.classes, subject.testset.name))
            for name, measure in MEASURES.items():
                try:
                    value = measure(counts)[0]
                except UndefinedError as reason:
                    yield Row(name, None, readout, reason=str(reason))
                    continue
                if measure.per_class:
                    for concept, one in zip(outcomes.classes, value, strict=True):
                        yield Row(name, one, readout, concept)
                else:
                    yield Row(name, value, readout)
        for readout, reason in subject.reasons.items():
            yield from (Row(name, None, readout, reason=reason) for name in MEASURES)
