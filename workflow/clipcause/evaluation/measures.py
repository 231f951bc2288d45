"""The measures: pure functions of a `Tally`, for one weighting of the test samples or a thousand.

A measure is a function `Tally -> [R]` (or `[R, C]`, per class) under the `measure` decorator, which enters it
in MEASURES. It raises `UndefinedError` with the reason where no weighting gives it a value; a single weighting
without one is NaN. A new measure needs nothing else: tables, intervals, claims and figures find it here. Measures that
need more than counts per class are those of an evaluator's evidence (evidence.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from clipcause.evaluation.tally import Tally


class UndefinedError(Exception):
    """A measure has no value on this test set; the message is the reason, for people."""


@dataclass(frozen=True)
class Described:
    """What is said of any measure: its name in tables, its title and range in figures."""

    name: str
    title: str
    low: float
    high: float

    def spread(self, value: np.ndarray) -> np.ndarray:
        """How much the measure varies near `value`, up to a factor: the slope of the inverse logit on its range.

        (value - low)(high - value): p (1 - p) for a share, 1 - r^2 for a correlation; value - low where there is
        no upper end. At least 1 % of the largest (of 1 where there is none), so that nothing is taken as certain.
        """
        if np.isinf(self.high):
            return np.maximum(value - self.low, 0.01)
        largest = ((self.high - self.low) / 2) ** 2
        return np.maximum((value - self.low) * (self.high - value), 0.01 * largest)


@dataclass(frozen=True)
class Measure(Described):
    """One measure of answers: whether it is one value per class, and how it is read from counts."""

    per_class: bool
    function: Callable[[Tally], np.ndarray]

    def __call__(self, tally: Tally) -> np.ndarray:
        """The measure under each weighting, [R] or [R, C]. Raises UndefinedError."""
        return self.function(tally)


MEASURES: dict[str, Measure] = {}


def measure(name: str, title: str, low: float = 0.0, high: float = 1.0, per_class: bool = False) -> Callable:
    """Register the decorated function as the measure `name` with values in [low, high]."""

    def register(function: Callable[[Tally], np.ndarray]) -> Callable[[Tally], np.ndarray]:
        if name in MEASURES:
            raise ValueError(f"two measures are named {name!r}")
        MEASURES[name] = Measure(name, title, low, high, per_class, function)
        return function

    return register


@measure("accuracy", "Top-1 accuracy")
def accuracy(tally: Tally) -> np.ndarray:
    """sum_i w_i 1[prediction_i = y_i] / sum_i w_i: share of samples predicted right, [R]."""
    return tally.correct.sum(axis=1) / tally.support.sum(axis=1)


@measure("top5_accuracy", "Top-5 accuracy")
def top5_accuracy(tally: Tally) -> np.ndarray:
    """Share of samples whose class is among the five that score highest, ties against, [R]."""
    if tally.support.shape[1] <= 5:
        raise UndefinedError("the first five of at most five classes always hold the right one")
    return tally.top5.sum(axis=1) / tally.support.sum(axis=1)


@measure("class_accuracy", "Per-class accuracy", per_class=True)
def class_accuracy(tally: Tally) -> np.ndarray:
    """Share of each class's samples predicted right, [R, C]; NaN where a weighting leaves a class no sample."""
    with np.errstate(invalid="ignore"):
        return tally.correct / tally.support


@measure("class_predictions", "Predictions per class", high=np.inf, per_class=True)
def class_predictions(tally: Tally) -> np.ndarray:
    """Number of predictions of each class, right or wrong, [R, C]."""
    return tally.predicted


@measure("corr_acc", "Spearman correlation of class frequency with accuracy", low=-1.0)
def corr_acc(tally: Tally) -> np.ndarray:
    """rho_S(f_c, accuracy_c) over the classes c, f_c = captions that mention c, [R] (Wen et al. 2024, "corr. acc")."""
    return _spearman(tally.frequency, class_accuracy(tally), "accuracy")


@measure("corr_pred", "Spearman correlation of class frequency with number of predictions", low=-1.0)
def corr_pred(tally: Tally) -> np.ndarray:
    """rho_S(f_c, predictions_c) over the classes c, as on a balanced test set, [R] (Wen et al. 2024, "corr. pred")."""
    return _spearman(tally.frequency, class_predictions(tally), "number of predictions")


@measure("accuracy_head", "Accuracy, frequent third of classes")
def accuracy_head(tally: Tally) -> np.ndarray:
    """Mean accuracy_c over the most frequent third of the classes, [R] (head; Wen et al. 2024)."""
    return _mean_accuracy(tally, terciles(tally.frequency).head)


@measure("accuracy_medium", "Accuracy, middle third of classes")
def accuracy_medium(tally: Tally) -> np.ndarray:
    """Mean accuracy_c over the middle third of the classes, [R] (medium; Wen et al. 2024)."""
    return _mean_accuracy(tally, terciles(tally.frequency).medium)


@measure("accuracy_tail", "Accuracy, rare third of classes")
def accuracy_tail(tally: Tally) -> np.ndarray:
    """Mean accuracy_c over the rarest third of the classes that captions mention, [R] (tail; Wen et al. 2024)."""
    return _mean_accuracy(tally, terciles(tally.frequency).tail)


@measure("accuracy_unseen", "Accuracy, classes without a caption")
def accuracy_unseen(tally: Tally) -> np.ndarray:
    """Mean accuracy_c over the classes that no caption mentions, f_c = 0, [R]; a group of their own, not the tail."""
    unseen = np.flatnonzero(tally.frequency == 0)
    if len(unseen) == 0:
        raise UndefinedError("captions mention every class of the test set")
    return _mean_accuracy(tally, unseen)


class Terciles(NamedTuple):
    """Class numbers by frequency: the frequent, middle and rare third of the classes that captions mention."""

    head: np.ndarray
    medium: np.ndarray
    tail: np.ndarray


def terciles(frequency: np.ndarray) -> Terciles:
    """Split the classes with frequency [C] above 0 into thirds, of equally many classes to within one.

    Among equally frequent classes the earlier one goes first. Raises UndefinedError if there are fewer than three
    such classes or all are equally frequent.
    """
    seen = np.flatnonzero(frequency > 0)
    if len(seen) < 3 or np.ptp(frequency[seen]) == 0:
        raise UndefinedError("thirds by frequency need three classes, not all equally frequent")
    most_frequent_first = seen[np.argsort(-frequency[seen], kind="stable")]
    return Terciles(*(np.sort(third) for third in np.array_split(most_frequent_first, 3)))


def _mean_accuracy(tally: Tally, classes: np.ndarray) -> np.ndarray:
    return class_accuracy(tally)[:, classes].mean(axis=1)


def _spearman(frequency: np.ndarray, values: np.ndarray, what: str) -> np.ndarray:
    """Spearman correlation (average ranks for ties) of frequency [C] with each row of values [R, C]: [R]."""
    if len(frequency) < 3 or np.ptp(frequency) == 0:
        raise UndefinedError("a rank correlation needs three classes, not all equally frequent")
    if (np.ptp(values, axis=1) == 0).all():
        raise UndefinedError(f"the {what} is the same for every class")
    x = rankdata(frequency)
    y = rankdata(values, axis=1)
    x -= x.mean()
    y -= y.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return (y @ x) / np.sqrt((y**2).sum(axis=1) * (x @ x))
