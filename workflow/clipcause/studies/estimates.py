"""Every measure of every arm on one test set, by every readout, with resamples; and the tables made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from clipcause.evaluation.measures import MEASURES, Measure, UndefinedError
from clipcause.evaluation.tally import Tally, tally
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval, sample_interval
from clipcause.studies.resampling import recentred, resamples, resampling_seed
from clipcause.studies.runs import Run, by_arm

ESTIMATES = [
    *("arm", "testset", "readout", "measure", "seed"),
    *("value", "low", "high", "standard_error", "seeds", "reason"),
]
CLASSES = [
    *("arm", "testset", "readout", "concept", "captions"),
    *("accuracy", "accuracy_low", "accuracy_high"),
    *("predictions", "predictions_low", "predictions_high"),
]


@dataclass
class Measured:
    """One measure of a study's arms on one test set by one readout: the arms that have it, and why others do not."""

    measure: Measure
    arms: dict[str, ArmValues] = field(default_factory=dict)
    undefined: dict[str, str] = field(default_factory=dict)

    def interval(self, contrast: Mapping[str, float]) -> Interval:
        """The measure of a contrast of arms, over test samples and seeds."""
        return contrast_interval(contrast, self.arms)


def measure_testset(
    runs: Sequence[Run], testset: str, readouts: Sequence[str], count: int
) -> dict[str, dict[str, Measured]]:
    """Per readout all measures of all runs on one test set, as it is and on `count` resamples.

    Runs and readouts share the resamples, which depend on the test set's name and labels alone, so a study that gains
    an arm or a readout keeps its estimates; its intervals may change, since arms of one objective share their variance
    between seeds.
    """
    answered = [(run, readout) for run in runs for readout in readouts if (testset, readout) in run.outcomes]
    outcomes = [run.outcomes[testset, readout] for run, readout in answered]
    frequencies = [
        run.class_frequency(testset, each.classes) for (run, _), each in zip(answered, outcomes, strict=True)
    ]
    blocks: list[list[Tally]] = [[] for _ in answered]
    if outcomes:
        for weights in resamples(outcomes[0].labels, count, resampling_seed(testset)):
            for each, frequency, collected in zip(outcomes, frequencies, blocks, strict=True):
                collected.append(tally(each, frequency, weights))
    counts: dict[str, dict[str, list[tuple[Tally, Tally]]]] = {readout: {} for readout in readouts}
    for (run, readout), each, frequency, collected in zip(answered, outcomes, frequencies, blocks, strict=True):
        observed = tally(each, frequency)
        pair = (observed, recentred(observed, _joined(collected)))
        counts[readout].setdefault(run.arm, []).append(pair)
    families = {run.arm: run.family for run in runs}
    measured = {readout: _measured(counts[readout], families) for readout in readouts}
    for run in runs:
        for readout in readouts:
            if (testset, readout) in run.reasons:
                for each in measured[readout].values():
                    each.undefined[run.arm] = run.reasons[testset, readout]
                    each.arms.pop(run.arm, None)
    return measured


def estimate_rows(runs: Sequence[Run], testset: str, readout: str, measured: Mapping[str, Measured]) -> Iterator[tuple]:
    """Yield ESTIMATES rows of one test set and readout: per arm and scalar measure one row per seed and, seed NULL, one
    of their mean.

    The interval of one seed covers the test samples alone, that of the mean covers the seeds as well. Both are cut
    at the ends of the measure's range. Where a measure is undefined, the row of the mean states the reason.
    """
    for arm, members in by_arm(runs).items():
        for name, of_measure in measured.items():
            measure = of_measure.measure
            if measure.per_class:
                continue
            which = (arm, testset, readout, name)
            if arm in of_measure.undefined:
                yield *which, None, None, None, None, None, len(members), of_measure.undefined[arm]
                continue
            values = of_measure.arms[arm]
            lows, highs = (np.clip(end, measure.low, measure.high) for end in sample_interval(values))
            for run, value, low, high in zip(members, values.values, lows, highs, strict=True):
                yield *which, run.seed, value, low, high, None, 1, None
            mean = contrast_interval({arm: 1.0}, of_measure.arms)
            low, high = np.clip((mean.low, mean.high), measure.low, measure.high)
            yield *which, None, mean.value, low, high, mean.standard_error, mean.seeds, None


def class_rows(runs: Sequence[Run], testset: str, readout: str, measured: Mapping[str, Measured]) -> Iterator[tuple]:
    """Yield CLASSES rows of one test set and readout: per arm and class the means over seeds with their intervals.

    `captions`, too, is a mean over seeds, where the frequencies are those of subsets that are redrawn per seed. Arms
    to which the readout does not apply have none.
    """
    for arm, members in by_arm(runs).items():
        if arm not in measured["class_accuracy"].arms:
            continue
        classes = members[0].outcomes[testset, readout].classes
        captions = np.mean([run.class_frequency(testset, classes) for run in members], axis=0)
        columns = [classes, captions]
        for name in ("class_accuracy", "class_predictions"):
            measure, arms = measured[name].measure, measured[name].arms
            mean = contrast_interval({arm: 1.0}, arms)
            columns += [mean.value, *np.clip((mean.low, mean.high), measure.low, measure.high)]
        yield from ((arm, testset, readout, *row) for row in zip(*columns, strict=True))


def _measured(counts: Mapping[str, list[tuple[Tally, Tally]]], families: Mapping[str, str]) -> dict[str, Measured]:
    """Every measure of the arms, from what was observed and resampled of each of their seeds."""
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


def _joined(blocks: Sequence[Tally]) -> Tally:
    return Tally(
        frequency=blocks[0].frequency,
        support=np.concatenate([block.support for block in blocks]),
        correct=np.concatenate([block.correct for block in blocks]),
        top5=np.concatenate([block.top5 for block in blocks]),
        predicted=np.concatenate([block.predicted for block in blocks]),
    )
