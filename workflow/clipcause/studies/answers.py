"""Answers to questions: which measures are kept for them while a study is compared, and the estimate of each."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from clipcause.questions import Question, Term
from clipcause.studies.averages import Averaged, AveragedShifts
from clipcause.studies.intervals import Interval
from clipcause.studies.measured import Measured, MeasureKey, with_ends_of_chance
from clipcause.studies.relative import difference_of_cuts
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS
from clipcause.studies.runs import Run
from clipcause.studies.shifts import Shift, measure_shift

ONE_CHANCE = "its interval covers the training seeds alone, and no arm has two"
Kept = dict[tuple[str, MeasureKey], Measured]
Shifts = dict[tuple[str, str], Shift]


class NoEstimateError(Exception):
    """A question has no estimate; the message is the reason, for people."""


def keep(questions: Iterable[Question], testset: str, measured: Mapping[MeasureKey, Measured]) -> Kept:
    """Of what is measured on a test set, by test set and key, what these questions are about."""
    asked = {measure for each in questions if testset in each.testsets for measure in each.measures}
    return {(testset, key): each for key, each in measured.items() if key.measure in asked}


def shifts_for(
    questions: Iterable[Question], study: Mapping, runs: Sequence[Run], shifts: Mapping[str, Shift], count: int
) -> Shifts:
    """By shift and readout what these questions need of effective robustness; `shifts` are by the section's readout."""
    asked = {
        (testset, term.readout)
        for question in questions
        if EFFECTIVE_ROBUSTNESS.name in question.measures
        for testset in question.testsets
        for term in question.terms
    }
    known = {(testset, shift.readout): shift for testset, shift in shifts.items()}
    return {
        (testset, readout): known.get((testset, readout))
        or measure_shift(runs, study["robustness"], testset, readout, count)
        for testset, readout in sorted(asked)
    }


def estimate(question: Question, kept: Kept, shifts: Shifts) -> Interval:
    """The interval of what a question asks. Raises NoEstimateError with the reason where there is none."""
    measures = [_averaged(measure, question, kept, shifts) for measure in question.measures]
    terms = [_terms(question, each) for each in measures]
    for measure, of in zip(measures, terms, strict=True):
        if reason := measure.reason(of):
            raise NoEstimateError(reason)
    found = measures[0].interval(terms[0]) if len(measures) == 1 else _cuts(question, measures, terms)
    if np.isnan(found.low):
        raise NoEstimateError(ONE_CHANCE)
    return found


def _cuts(question: Question, measures: Sequence[Averaged], terms: Sequence[Mapping[Term, float]]) -> Interval:
    after, before = (term.arm for term in question.terms)
    values = [measure.values(next(iter(of)).readout) for measure, of in zip(measures, terms, strict=True)]
    for measure, arms in zip(measures, values, strict=True):
        if arms[before].values.mean() <= 0:
            raise NoEstimateError(f"{measure.name} is not above 0 in arm {before}, so there is nothing to cut")
    found = difference_of_cuts(*values, before, after)
    families = {values[0][arm].family for arm in (before, after)}
    return with_ends_of_chance(found, all(measure.resampled for measure in measures), families, values[0])


def _averaged(measure: str, question: Question, kept: Kept, shifts: Shifts) -> Averaged | AveragedShifts:
    if measure == EFFECTIVE_ROBUSTNESS.name:
        return AveragedShifts(measure, question.testsets, shifts)
    parts = {
        (testset, key.readout): each
        for (testset, key), each in kept.items()
        if key.measure == measure and testset in question.testsets and key.attribute in (None, question.attribute)
    }
    return Averaged(measure, question.testsets, parts)


def _terms(question: Question, measure: Averaged | AveragedShifts) -> Mapping[Term, float]:
    """The question's terms, without readouts for a measure that hangs on none, such as one of the two of a cut."""
    if not measure.parts or any(readout is not None for _, readout in measure.parts):
        return question.terms
    terms: dict[Term, float] = {}
    for term, weight in question.terms.items():
        terms[Term(term.arm)] = terms.get(Term(term.arm), 0.0) + weight
    return terms
