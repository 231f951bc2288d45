"""Tables of what is measured of the arms on a test set: estimates with intervals, and the same per class."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from clipcause.studies.measured import Measured, MeasureKey
from clipcause.studies.runs import Run, by_arm

ESTIMATES = [
    *("arm", "testset", "readout", "measure", "attribute", "seed"),
    *("value", "low", "high", "standard_error", "seeds", "reason"),
]
CLASSES = [
    *("arm", "testset", "vocabulary", "readout", "concept", "captions"),
    *("accuracy", "accuracy_low", "accuracy_high"),
    *("predictions", "predictions_low", "predictions_high"),
]


def estimate_rows(runs: Sequence[Run], testset: str, measured: Mapping[MeasureKey, Measured]) -> Iterator[tuple]:
    """Yield ESTIMATES rows of one test set: readout by readout, per arm and scalar measure one row per seed and, seed
    NULL, one of their mean.

    The interval of one seed covers the test samples alone, that of the mean covers the seeds as well. Both are cut
    at the ends of the measure's range. Where a measure is undefined, the row of the mean states the reason.
    """
    together: dict[tuple, list[MeasureKey]] = {}
    for key, of_measure in measured.items():
        if not of_measure.measure.per_class:
            together.setdefault((key.readout, key.attribute), []).append(key)
    for keys in together.values():
        for arm, members in by_arm(runs).items():
            for key in keys:
                yield from _rows(arm, members, testset, key, measured[key])


def class_rows(
    runs: Sequence[Run], testset: str, readout: str, measured: Mapping[MeasureKey, Measured]
) -> Iterator[tuple]:
    """Yield CLASSES rows of one test set and readout: per arm and class the means over seeds with their intervals.

    `captions`, too, is a mean over seeds, where the frequencies are those of subsets that are redrawn per seed. Arms
    to which the readout does not apply have none.
    """
    for arm, members in by_arm(runs).items():
        if arm not in measured[MeasureKey("class_accuracy", readout)].arms:
            continue
        classes = members[0].outcomes[testset, readout].classes
        captions = np.mean([run.class_frequency(testset, classes) for run in members], axis=0)
        columns = [classes, captions]
        for name in ("class_accuracy", "class_predictions"):
            of_measure = measured[MeasureKey(name, readout)]
            mean = of_measure.interval({arm: 1.0})
            columns += [mean.value, *_cut(of_measure, mean.low, mean.high)]
        vocabulary = members[0].frequencies.vocabularies[testset]
        yield from ((arm, testset, vocabulary, readout, *row) for row in zip(*columns, strict=True))


def _rows(arm: str, members: Sequence[Run], testset: str, key: MeasureKey, measured: Measured) -> Iterator[tuple]:
    which = (arm, testset, key.readout, key.measure, key.attribute)
    if arm in measured.undefined:
        yield *which, None, None, None, None, None, len(members), measured.undefined[arm]
        return
    values = measured.arms[arm].values
    for run, value, low, high in zip(members, values, *_cut(measured, *measured.of_samples(arm)), strict=True):
        yield *which, run.seed, value, low, high, None, 1, None
    mean = measured.interval({arm: 1.0})
    low, high = _cut(measured, mean.low, mean.high)
    yield *which, None, mean.value, low, high, mean.standard_error, mean.seeds, None


def _cut(measured: Measured, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of intervals, cut at those of the measure's range."""
    return tuple(np.clip(end, measured.measure.low, measured.measure.high) for end in (low, high))
