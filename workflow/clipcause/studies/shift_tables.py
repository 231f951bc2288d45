"""Tables of effective robustness: estimates with intervals, and all that is behind them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple

import numpy as np
from scipy.special import expit

from clipcause.evaluation.measures import MEASURES
from clipcause.studies.intervals import ArmValues, contrast_interval, sample_interval
from clipcause.studies.robustness import EFFECTIVE_ROBUSTNESS, LINE, adjusted
from clipcause.studies.runs import Run, by_arm
from clipcause.studies.shifts import Shift, pooled

ROBUSTNESS = [
    *("arm", "testset", "reference", "readout", "seed", "baseline", "classes"),
    *("id_accuracy", "id_low", "id_high", "shift_accuracy", "shift_low", "shift_high"),
    *("expected", "effective_robustness", "low", "high", "extrapolates"),
    *LINE,
]


def robustness_estimates(runs: Sequence[Run], shift: Shift) -> Iterator[tuple]:
    """Yield ESTIMATES rows of effective robustness on one shift: per arm one row per seed, and one of their mean.

    The interval of one seed covers the test samples alone, that of the mean the seeds and the fit of the line as well.
    """
    values = shift.values
    for arm, members in by_arm(runs).items():
        which = (arm, shift.testset, shift.readout, EFFECTIVE_ROBUSTNESS.name, None)
        if arm in shift.undefined:
            yield *which, None, None, None, None, None, len(members), shift.undefined[arm]
            continue
        ends = sample_interval(values[arm])
        for run, value, low, high in zip(members, values[arm].values, *ends, strict=True):
            yield *which, run.seed, value, low, high, None, 1, None
        mean = shift.interval({arm: 1.0})
        yield *which, None, mean.value, mean.low, mean.high, mean.standard_error, mean.seeds, None


def robustness_rows(runs: Sequence[Run], shift: Shift, baselines: Sequence[str]) -> Iterator[tuple]:
    """Yield ROBUSTNESS rows of one shift: per arm that has it one row per seed and, seed NULL, one of their mean.

    Accuracies are (k + 0.5) / (n + 1) over the shared classes. `expected` is what the line gives, so that effective
    robustness is 100 (shift_accuracy - expected).
    """
    if not shift.arms:
        return
    line = shift.line
    about = dict(zip(LINE, map(float, astuple(line)), strict=True)) | {"baselines": line.baselines}
    accuracies = {side: _accuracies(shift, side) for side in ("id", "shift")}
    found = {(row[0], row[5]): row[6:9] for row in robustness_estimates(runs, shift)}
    for arm, members in by_arm(runs).items():
        if arm in shift.undefined:
            continue
        x = shift.arms[arm].observed.id_logit
        is_baseline = arm in baselines
        beyond = line.extrapolates(x)
        mean_beyond = bool(line.extrapolates(pooled(shift.arms[arm].observed).id_logit)) and not is_baseline
        expected = expit(line.at(x))
        places = [*zip([run.seed for run in members], expected, beyond, strict=True)]
        for place, (seed, of_line, outside) in enumerate([*places, (None, expected.mean(), mean_beyond)]):
            columns = [_ends(accuracies[side], arm, None if seed is None else place) for side in ("id", "shift")]
            yield (
                *(arm, shift.testset, shift.reference, shift.readout, seed, is_baseline, shift.classes),
                *columns[0],
                *columns[1],
                *(float(of_line), *map(float, found[arm, seed]), bool(outside)),
                *about.values(),
            )


def _accuracies(shift: Shift, side: str) -> dict[str, ArmValues]:
    """The accuracy (k + 0.5) / (n + 1) of every arm on one side, `id` or `shift`, with its resamples."""
    found = {}
    for arm, counts in shift.arms.items():
        values, resampled = (
            adjusted(getattr(each, f"{side}_correct"), getattr(each, f"{side}_total"))
            for each in (counts.observed, counts.resampled)
        )
        spread = MEASURES["accuracy"].spread(values.mean())
        found[arm] = ArmValues(shift.families[arm], values, resampled, spread)
    return found


def _ends(accuracies: Mapping[str, ArmValues], arm: str, seed: int | None) -> tuple[float, float, float]:
    """An accuracy with its interval, of the arm's seed at this place or, without one, of the mean over seeds."""
    if seed is None:
        mean = contrast_interval({arm: 1.0}, accuracies)
        value, ends = mean.value, (mean.low, mean.high)
    else:
        value, ends = accuracies[arm].values[seed], [end[seed] for end in sample_interval(accuracies[arm])]
    return float(value), *map(float, np.clip(ends, 0, 1))
