"""Effective robustness of a study's arms: their right answers on the ID test set and on shifts of it.

Both accuracies are over the classes, by name, that both test sets hold samples of: samples of other classes are left
out on either side. What competes for an answer are all classes that its own test set asks for, so among fewer classes
on one side answers are easier there; for baselines and arms alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.outcomes import Outcomes
from clipcause.job.command import log
from clipcause.studies.intervals import ArmValues, Interval
from clipcause.studies.resampling import resamples, resampling_seed
from clipcause.studies.robustness import (
    ENOUGH_BASELINES,
    Counts,
    Line,
    fit_line,
)
from clipcause.studies.robustness_intervals import SampledCounts, robustness_interval, robustness_values
from clipcause.studies.runs import Run, by_arm


@dataclass(frozen=True)
class Shift:
    """A study's arms on its ID test set, the reference, and on one shift of it.

    classes    how many classes both test sets have
    families   the objective of every arm
    arms       the counts of every arm's seeds, [S]
    baselines  the counts of the baselines, [B], the seeds of one summed
    undefined  why arms have no effective robustness here; all of them if a baseline has not answered
    """

    testset: str
    reference: str
    readout: str
    classes: int
    families: dict[str, str]
    arms: dict[str, SampledCounts]
    baselines: SampledCounts
    undefined: dict[str, str]

    @cached_property
    def values(self) -> dict[str, ArmValues]:
        """Effective robustness of every arm in points, per seed and resample."""
        return robustness_values(self.families, self.arms, self.baselines) if self.arms else {}

    @property
    def line(self) -> Line:
        """The line through the baselines on the test samples as they are."""
        return fit_line(self.baselines.observed)

    def interval(self, contrast: Mapping[str, float]) -> Interval:
        """Effective robustness of a contrast of arms, in points, over test samples, seeds and the fit."""
        return robustness_interval(contrast, self.families, self.arms, self.baselines)


def measure_shifts(study: Mapping, runs: Sequence[Run], count: int) -> dict[str, Shift]:
    """Per shift of a study's section `robustness` the counts of its runs, as they are and on `count` resamples.

    Empty without the section. The resamples are those of the study's other measures. Raises UserError if a shift shares
    no class with the reference.
    """
    asked = study.get("robustness")
    if not asked:
        return {}
    if len(asked["baselines"]) < ENOUGH_BASELINES:
        log.warning("effective robustness: %s", few_baselines(len(asked["baselines"])))
    return {shift: measure_shift(runs, asked, shift, asked["readout"], count) for shift in asked["shifts"]}


def few_baselines(baselines: int) -> str:
    """What to think of a line through fewer baselines than are enough."""
    return (
        f"the line rests on only {baselines} baselines, so that its interval is wide and hangs on chance; "
        f"{ENOUGH_BASELINES} or more, of other sizes or widths, make it sound"
    )


def measure_shift(runs: Sequence[Run], asked: Mapping, shift: str, readout: str, count: int) -> Shift:
    """The counts of a study's runs by one readout on one shift, beside those of the baselines by the section's own.

    asked: the section `robustness`. Raises UserError if the shift shares no class with the reference.
    """
    families = {run.arm: run.family for run in runs}
    arms, undefined, classes = _counts(runs, asked["reference"], shift, readout, count)
    lined, without = arms, undefined
    if readout != asked["readout"]:
        of_baselines = [run for run in runs if run.arm in asked["baselines"]]
        lined, without, classes = _counts(of_baselines, asked["reference"], shift, asked["readout"], count)
    for arm in asked["baselines"]:
        if arm in without:
            return _without(asked, shift, readout, families, f"baseline {arm}: {without[arm]}")
    pairs = [(pooled(lined[arm].observed), pooled(lined[arm].resampled)) for arm in asked["baselines"]]
    baselines = SampledCounts(*(_side_by_side(of_all) for of_all in zip(*pairs, strict=True)))
    try:
        for counts in (baselines.observed, baselines.resampled):
            fit_line(counts)
    except UserError as reason:
        return _without(asked, shift, readout, families, str(reason))
    return Shift(shift, asked["reference"], readout, classes, families, arms, baselines, undefined)


def _counts(
    runs: Sequence[Run], reference: str, shift: str, readout: str, count: int
) -> tuple[dict[str, SampledCounts], dict[str, str], int]:
    """The counts of every arm by a readout, why the others have none, and over how many classes they are."""
    members = by_arm(runs)
    undefined = {
        arm: run.reasons[key]
        for arm, of_arm in members.items()
        for run in of_arm
        for key in ((reference, readout), (shift, readout))
        if key in run.reasons
    }
    answered = [run for run in runs if run.arm not in undefined]
    if not answered:
        return {}, undefined, 0
    sides = [[run.outcomes[testset, readout] for run in answered] for testset in (reference, shift)]
    shared = set(sides[0][0].classes) & set(sides[1][0].classes)
    if not shared:
        raise UserError(
            f"effective robustness: test sets '{reference}' and '{shift}' share no class; compare those that do"
        )
    counted = [
        _counted(outcomes, shared, count, testset) for testset, outcomes in zip((reference, shift), sides, strict=True)
    ]
    arms, place = {}, 0
    for arm, of_arm in members.items():
        if arm not in undefined:
            columns = slice(place, place + len(of_arm))
            arms[arm] = SampledCounts(*(_columns(counted, row, columns) for row in (0, 1)))
            place += len(of_arm)
    return arms, undefined, len(shared)


def _without(asked: Mapping, shift: str, readout: str, families: dict[str, str], reason: str) -> Shift:
    """A shift on which no arm has effective robustness, for one reason."""
    nothing = Counts(*[np.zeros(0)] * 4)
    undefined = dict.fromkeys(families, reason)
    return Shift(shift, asked["reference"], readout, 0, families, {}, SampledCounts(nothing, nothing), undefined)


def _counted(
    outcomes: Sequence[Outcomes], shared: set[str], count: int, testset: str
) -> tuple[np.ndarray, np.ndarray, int]:
    """Right answers of K runs to samples of the shared classes: observed [K], resampled [R, K], and how many samples.

    Of a readout with several draws the right answers are the mean over its draws. Resampling keeps the number of
    samples of every class.
    """
    first = outcomes[0]
    within = np.isin(first.labels, [place for place, name in enumerate(first.classes) if name in shared])
    right = np.stack([(each.predictions == each.labels).mean(axis=0) for each in outcomes], axis=1)[within]
    blocks = resamples(first.labels, count, resampling_seed(testset))
    return right.sum(axis=0), np.concatenate([weights[:, within] @ right for weights in blocks]), int(within.sum())


def _columns(counted: Sequence[tuple[np.ndarray, np.ndarray, int]], row: int, columns: slice) -> Counts:
    (id_correct, id_total), (shift_correct, shift_total) = ((each[row][..., columns], each[2]) for each in counted)
    totals = [np.full(columns.stop - columns.start, total, dtype=np.float64) for total in (id_total, shift_total)]
    return Counts(id_correct, totals[0], shift_correct, totals[1])


def pooled(counts: Counts) -> Counts:
    """Counts [..., S] of an arm's seeds as one count [...]."""
    return Counts(*(np.sum(each, axis=-1) for each in astuple(counts)))


def _side_by_side(counts: Sequence[Counts]) -> Counts:
    """Counts [...] of B models as one [..., B]."""
    return Counts(*(np.stack(each, axis=-1) for each in zip(*map(astuple, counts), strict=True)))
