"""What an evaluator is, and what it reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import pandas as pd

from clipcause.evaluation.features import ModelAbout, TestSetFeatures
from clipcause.evaluation.outcomes import Outcomes
from clipcause.evaluation.testset import TestSet


@dataclass(frozen=True)
class Subject:
    """All that is known of one run on one test set.

    outcomes   readout -> what it answers, in the order asked for
    reasons    readout -> why it does not apply
    frequency  concept -> captions that mention it, in what the run was trained on
    """

    testset: TestSet
    model: ModelAbout
    features: TestSetFeatures
    outcomes: dict[str, Outcomes]
    reasons: dict[str, str]
    frequency: pd.Series


class Row(NamedTuple):
    """One measure: of a readout, or of the features (None); of one class, or of all (None); without value a reason."""

    measure: str
    value: float | None
    readout: str | None = None
    concept: str | None = None
    reason: str | None = None


class Evaluator(Protocol):
    """Measures of one run on one test set."""

    def rows(self, subject: Subject) -> Iterator[Row]:
        """Yield the measures, none where the test set asks for something else."""
        ...
