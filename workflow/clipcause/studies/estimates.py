"""Every measure of every arm on one test set, with resamples; and the tables that are made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from clipcause.evaluation.measures import MEASURES, Measure, UndefinedError
from clipcause.evaluation.tally import Tally, tally
from clipcause.outputs import settings_digest
from clipcause.studies.intervals import ArmValues, contrast_interval, sample_interval
from clipcause.studies.resampling import recentred, resamples
from clipcause.studies.runs import Run, by_arm

ESTIMATES = ["arm", "testset", "measure", "seed", "value", "low", "high", "standard_error", "seeds", "reason"]
CLASSES = [
    *("arm", "testset", "concept", "captions"),
    *("accuracy", "accuracy_low", "accuracy_high"),
    *("predictions", "predictions_low", "predictions_high"),
]


@dataclass
class Measured:
    """One measure of a study's arms on one test set: the arms that have it, and why others do not."""

    measure: Measure
    arms: dict[str, ArmValues] = field(default_factory=dict)
    undefined: dict[str, str] = field(default_factory=dict)


def measure_testset(runs: Sequence[Run], testset: str, count: int) -> dict[str, Measured]:
    """All measures of all runs on one test set, as it is and on `count` resamples that the runs share.

    The resamples depend on the test set's name and labels alone, so a study that gains an arm keeps its estimates; its
    intervals may change, since arms of one objective share their variance between seeds.
    """
    frequencies = [run.class_frequency(testset) for run in runs]
    blocks: list[list[Tally]] = [[] for _ in runs]
    for weights in resamples(runs[0].outcomes[testset].labels, count, _resampling_seed(testset)):
        for run, frequency, collected in zip(runs, frequencies, blocks, strict=True):
            collected.append(tally(run.outcomes[testset], frequency, weights))
    counts: dict[str, list[tuple[Tally, Tally]]] = {}
    for run, frequency, collected in zip(runs, frequencies, blocks, strict=True):
        observed = tally(run.outcomes[testset], frequency)
        counts.setdefault(run.arm, []).append((observed, recentred(observed, _joined(collected))))

    families = {run.arm: run.family for run in runs}
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


def estimate_rows(runs: Sequence[Run], testset: str, measured: Mapping[str, Measured]) -> Iterator[tuple]:
    """Yield ESTIMATES rows of one test set: per arm and scalar measure one row per seed and, seed NULL, their mean.

    The interval of one seed covers the test samples alone, that of the mean covers the seeds as well. Both are cut
    at the ends of the measure's range. Where a measure is undefined, the row of the mean states the reason.
    """
    for arm, members in by_arm(runs).items():
        for name, of_measure in measured.items():
            measure = of_measure.measure
            if measure.per_class:
                continue
            if arm in of_measure.undefined:
                yield arm, testset, name, None, None, None, None, None, len(members), of_measure.undefined[arm]
                continue
            values = of_measure.arms[arm]
            lows, highs = (np.clip(end, measure.low, measure.high) for end in sample_interval(values))
            for run, value, low, high in zip(members, values.values, lows, highs, strict=True):
                yield arm, testset, name, run.seed, value, low, high, None, 1, None
            mean = contrast_interval({arm: 1.0}, of_measure.arms)
            low, high = np.clip((mean.low, mean.high), measure.low, measure.high)
            yield arm, testset, name, None, mean.value, low, high, mean.standard_error, mean.seeds, None


def class_rows(runs: Sequence[Run], testset: str, measured: Mapping[str, Measured]) -> Iterator[tuple]:
    """Yield CLASSES rows of one test set: per arm and class the means over seeds with their intervals.

    `captions`, too, is a mean over seeds, where the frequencies are those of subsets that are redrawn per seed.
    """
    for arm, members in by_arm(runs).items():
        captions = np.mean([run.class_frequency(testset) for run in members], axis=0)
        columns = [members[0].outcomes[testset].classes, captions]
        for name in ("class_accuracy", "class_predictions"):
            measure, arms = measured[name].measure, measured[name].arms
            mean = contrast_interval({arm: 1.0}, arms)
            columns += [mean.value, *np.clip((mean.low, mean.high), measure.low, measure.high)]
        yield from ((arm, testset, *row) for row in zip(*columns, strict=True))


def _joined(blocks: Sequence[Tally]) -> Tally:
    return Tally(
        frequency=blocks[0].frequency,
        support=np.concatenate([block.support for block in blocks]),
        correct=np.concatenate([block.correct for block in blocks]),
        predicted=np.concatenate([block.predicted for block in blocks]),
    )


def _resampling_seed(testset: str) -> int:
    return int(settings_digest(["resamples of a test set", testset]), 16)
