"""What an evaluator is, and what it reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import pandas as pd

from clipcause.evaluation.attributes import Attribute
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure
from clipcause.evaluation.features import ModelAbout, TestSetFeatures
from clipcause.evaluation.outcomes import Outcomes
from clipcause.evaluation.testset import TestSet


@dataclass(frozen=True)
class Subject:
    """All that is known of one run on one test set.

    outcomes    readout -> what it answers, in the order asked for
    reasons     readout -> why it does not apply
    frequency   concept -> captions that mention it, in what the run was trained on, by the test set's vocabulary
    attributes  the attributes that studies of the run ask for, by name
    """

    testset: TestSet
    model: ModelAbout
    features: TestSetFeatures
    outcomes: dict[str, Outcomes]
    reasons: dict[str, str]
    frequency: pd.Series
    attributes: Mapping[str, Attribute]


class Row(NamedTuple):
    """One measure: of a readout, or of the features (None); of one class or group, or of all (None); about an attribute
    or none; without value a reason."""

    measure: str
    value: float | None
    readout: str | None = None
    concept: str | None = None
    reason: str | None = None
    attribute: str | None = None


class Evaluator:
    """Measures of one run on one test set; a subclass gives what it has.

    measures  what studies measure of its evidence, with intervals. Their values of a run are rows without further ado.
    by_readout, by_attribute  whether these hang on a readout, and on an attribute
    """

    measures: ClassVar[tuple[EvidenceMeasure, ...]] = ()
    by_readout: ClassVar[bool] = False
    by_attribute: ClassVar[bool] = False

    def evidence(self, subject: Subject) -> Iterator[Evidence]:
        """Yield what the measures read, one per readout and attribute; none where nothing is asked for."""
        return iter(())

    def rows(self, subject: Subject) -> Iterator[Row]:
        """Yield further measures, which studies give no interval: those of classes and groups."""
        return iter(())
