"""Every measure of every arm on one test set, as it is and on resamples of its samples."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.evaluators import Evaluator
from clipcause.evaluation.evidence import EvidenceMeasure, Quantities
from clipcause.evaluation.measures import MEASURES, Measure, UndefinedError
from clipcause.evaluation.tally import Tally, tally
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval, sample_interval, seed_degrees
from clipcause.studies.resampling import recentred, resamples, resampling_seed
from clipcause.studies.runs import Run


class MeasureKey(NamedTuple):
    """What is measured: by which readout, about which attribute; None where it hangs on none."""

    measure: str
    readout: str | None = None
    attribute: str | None = None


@dataclass
class Measured:
    """One measure of a study's arms on one test set: the arms that have it, and why others do not."""

    measure: Measure | EvidenceMeasure
    arms: dict[str, ArmValues] = field(default_factory=dict)
    undefined: dict[str, str] = field(default_factory=dict)

    @property
    def resampled(self) -> bool:
        """Whether intervals cover the test samples."""
        return getattr(self.measure, "resampled", True)

    def interval(self, contrast: Mapping[str, float]) -> Interval:
        """The interval of a contrast of arms; without ends where neither resamples nor seeds tell of any chance."""
        families = {self.arms[arm].family for arm in contrast}
        return with_ends_of_chance(contrast_interval(contrast, self.arms), self.resampled, families, self.arms)

    def of_samples(self, arm: str) -> tuple[np.ndarray, np.ndarray]:
        """Per seed of an arm the interval over test samples alone: low, high, each [S, ...]; NaN without resamples."""
        values = self.arms[arm]
        return sample_interval(values) if self.resampled else (np.full_like(values.values, np.nan),) * 2


def with_ends_of_chance(
    found: Interval, resampled: bool, families: Iterable[str], arms: Mapping[str, ArmValues]
) -> Interval:
    """The interval, without ends where it would cover no chance: neither resamples nor two seeds of each family."""
    if resampled or all(seed_degrees(arms, family) for family in families):
        return found
    return replace(found, **dict.fromkeys(("low", "high", "sample_variance"), np.full_like(found.value, np.nan)))


@dataclass
class _OfEvidence:
    """One measure of one run's evidence: its value, or the reason why it has none, and its values on resamples [R]."""

    key: MeasureKey
    run: Run
    measure: EvidenceMeasure
    quantities: Quantities
    value: float | None = None
    reason: str | None = None
    resampled: np.ndarray | None = None

    def on(self, weights: np.ndarray) -> np.ndarray:
        """Its values under each weighting of a block, NaN where that leaves it none."""
        try:
            return self.measure.function(self.quantities, weights)
        except UndefinedError:
            return np.full(len(weights), np.nan)


def measure_testset(
    runs: Sequence[Run], testset: str, readouts: Sequence[str], count: int, evaluators: Mapping[str, Evaluator]
) -> dict[MeasureKey, Measured]:
    """All measures of all runs on one test set, as it is and on `count` resamples.

    Runs, readouts and evaluators share the resamples, which depend on the test set's name and labels alone, so a study
    that gains an arm or a readout keeps its estimates; its intervals may change, since arms of one objective share
    their variance between seeds.
    """
    answered = [(run, readout) for readout in readouts for run in runs if (testset, readout) in run.outcomes]
    evidence = list(_evidence(runs, testset, evaluators))
    weighed = [each for each in evidence if each.reason is None and each.measure.resampled]
    tallies = [partial(_tally, run, testset, readout) for run, readout in answered]
    blocks = _on_resamples([*tallies, *(each.on for each in weighed)], runs, testset, count)

    counts: dict[str, dict[str, list[tuple[Tally, Tally]]]] = {readout: {} for readout in readouts}
    for (run, readout), counted, collected in zip(answered, tallies, blocks, strict=False):
        observed = counted(None)
        pair = (observed, recentred(observed, _joined(collected)))
        counts[readout].setdefault(run.arm, []).append(pair)
    for each, collected in zip(weighed, blocks[len(answered) :], strict=True):
        each.resampled = np.concatenate(collected)

    families = {run.arm: run.family for run in runs}
    measured: dict[MeasureKey, Measured] = {}
    for readout in readouts:
        of_answers = _measured_answers(counts[readout], families)
        for run in runs:
            if (testset, readout) in run.reasons:
                _undefine(of_answers.values(), run.arm, run.reasons[testset, readout])
        measured |= {MeasureKey(name, readout): each for name, each in of_answers.items()}
    return measured | _measured_evidence(evidence, families, count)


def _on_resamples(functions: Sequence[Callable], runs: Sequence[Run], testset: str, count: int) -> list[list]:
    """What every function of weights [B, n] gives on each block of the resamples; nothing of an unknown test set."""
    blocks: list[list] = [[] for _ in functions]
    strata = next((strata for run in runs if (strata := run.strata(testset)) is not None), None)
    if functions and strata is not None:
        for weights in resamples(strata, count, resampling_seed(testset)):
            for function, collected in zip(functions, blocks, strict=True):
                collected.append(function(weights))
    return blocks


def _tally(run: Run, testset: str, readout: str, weights: np.ndarray | None) -> Tally:
    outcomes = run.outcomes[testset, readout]
    return tally(outcomes, run.class_frequency(testset, outcomes.classes), weights)


def _evidence(runs: Sequence[Run], testset: str, evaluators: Mapping[str, Evaluator]) -> Iterator[_OfEvidence]:
    """Every measure of every run's evidence, with its value on the test samples as they are."""
    for run in runs:
        kept = run.evidence[testset].kept if testset in run.evidence else {}
        if unknown := {key.evaluator for key in kept} - evaluators.keys():
            raise UserError(f"there is evidence of an evaluator {min(unknown)}, which is not given; evaluate again")
        for name, evaluator in evaluators.items():
            own = [(key, evidence) for key, evidence in kept.items() if key.evaluator == name]
            for (key, evidence), measure in product(own, evaluator.measures):
                named = MeasureKey(measure.name, key.readout, key.attribute)
                each = _OfEvidence(named, run, measure, evidence.quantities, reason=evidence.reason)
                if each.reason is None:
                    try:
                        each.value = float(measure.function(evidence.quantities, None)[0])
                    except UndefinedError as reason:
                        each.reason = str(reason)
                yield each


def _measured_answers(
    counts: Mapping[str, list[tuple[Tally, Tally]]], families: Mapping[str, str]
) -> dict[str, Measured]:
    """Every measure of the arms' answers, from what was observed and resampled of each of their seeds."""
    measured = {}
    for name, measure in MEASURES.items():
        measured[name] = Measured(measure)
        for arm, seeds in counts.items():
            try:
                values = np.stack([measure(observed)[0] for observed, _ in seeds])
                resampled = np.stack([measure(resample) for _, resample in seeds], axis=1)
            except UndefinedError as reason:
                measured[name].undefined[arm] = str(reason)
                continue
            spread = measure.spread(values.mean(axis=0))
            measured[name].arms[arm] = ArmValues(families[arm], values, resampled, spread)
    return measured


def _measured_evidence(
    evidence: Iterable[_OfEvidence], families: Mapping[str, str], count: int
) -> dict[MeasureKey, Measured]:
    """The same of their evidence; an arm of which one seed lacks a measure does not have it."""
    together: dict[MeasureKey, dict[str, list[_OfEvidence]]] = {}
    for each in evidence:
        together.setdefault(each.key, {}).setdefault(each.run.arm, []).append(each)
    measured = {}
    for key, arms in together.items():
        measure = next(iter(arms.values()))[0].measure
        measured[key] = Measured(measure)
        for arm, seeds in arms.items():
            if reason := next((each.reason for each in seeds if each.reason is not None), None):
                measured[key].undefined[arm] = reason
                continue
            values = np.array([each.value for each in seeds])
            resampled = np.tile(values, (count, 1))  # the same under every weighting, if it is not resampled
            if measure.resampled:
                resampled = np.stack([each.resampled for each in seeds], axis=1)
            spread = measure.spread_by(values.mean(), seeds[0].quantities)
            measured[key].arms[arm] = ArmValues(families[arm], values, resampled, spread)
    return measured


def _undefine(measures: Iterable[Measured], arm: str, reason: str) -> None:
    for each in measures:
        each.undefined[arm] = reason
        each.arms.pop(arm, None)


def _joined(blocks: Sequence[Tally]) -> Tally:
    return Tally(
        frequency=blocks[0].frequency,
        support=np.concatenate([block.support for block in blocks]),
        correct=np.concatenate([block.correct for block in blocks]),
        top5=np.concatenate([block.top5 for block in blocks]),
        predicted=np.concatenate([block.predicted for block in blocks]),
    )
