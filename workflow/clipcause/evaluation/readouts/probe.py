"""Linear classifiers of a model's features, learned from labelled images of another test set (scikit-learn)."""

import warnings
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.answers import UNKNOWN
from clipcause.evaluation.readouts.readout import Asked, NoReadoutError, Training
from clipcause.files.outputs import settings_digest
from clipcause.job.command import log

STRENGTHS = tuple(10.0**power for power in range(-4, 3))
HELD_OUT = 0.2  # share of each class's training images by which the strength is chosen
DRAWS = 5
MAX_ITERATIONS = 1000


class LinearProbe:
    """Logistic regression on features standardised by the training images.

    C, the inverse of the L2 penalty, is the one of STRENGTHS with the highest accuracy on a fifth of each class's
    training images, the smallest of several; the probe then learns from all of them.
    """

    name, title = "linear_probe", "a linear probe"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout. Raises UserError if fewer than two classes can be learned."""
        training, classes = _lesson(asked, self.title)
        yield _scores(fitted(training, classes), asked, classes)


class FewShot:
    """Logistic regression (C = 1) on `shots` images of each class, standardised by them; DRAWS draws of the images.

    Each draw answers for itself, and measures are means over the draws: averaging the probes first would measure an
    ensemble that has seen more images. Runs with the same training seed share their draws, runs of other seeds have
    their own, so that the variance between seeds covers the draw.
    """

    def __init__(self, shots: int) -> None:
        self.shots = shots
        self.name, self.title = f"{shots}_shot", f"a {shots}-shot probe"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout. Does not apply where a class has fewer images."""
        training, classes = _lesson(asked, self.title)
        for name in classes:
            if (count := int((training.labels == name).sum())) < self.shots:
                raise NoReadoutError(f"'{training.name}' has {count} images of class '{name}', fewer than {self.shots}")
        for draw in range(asked.seed * DRAWS, (asked.seed + 1) * DRAWS):
            yield _scores(fitted_to_few(training, classes, self.shots, draw), asked, classes)


@lru_cache(maxsize=4)
def fitted(training: Training, classes: tuple[str, ...]):
    """The linear probe of these classes: a scikit-learn pipeline. Test sets that share it learn it once."""
    kept = np.isin(training.labels, classes)
    images, labels = training.images[kept].astype(np.float64), training.labels[kept]
    held = _held_out(labels, training.name)
    accuracies = [
        _fit(images[~held], labels[~held], strength).score(images[held], labels[held]) for strength in STRENGTHS
    ]
    return _fit(images, labels, STRENGTHS[int(np.argmax(accuracies))])


@lru_cache(maxsize=2 * DRAWS)
def fitted_to_few(training: Training, classes: tuple[str, ...], shots: int, draw: int):
    """The probe that learns from `shots` images of each class, which `draw` decides."""
    seed = int(settings_digest(["few shots", training.name, shots, draw]), 16)
    random = np.random.Generator(np.random.Philox(seed))
    drawn = [random.permutation(np.flatnonzero(training.labels == name))[:shots] for name in classes]
    chosen = np.concatenate(drawn)
    return _fit(training.images[chosen].astype(np.float64), training.labels[chosen], 1.0)


def _held_out(labels: np.ndarray, training: str) -> np.ndarray:
    """Which of the images the strength is chosen by, [N] bool: HELD_OUT of each class, one at least, never all."""
    random = np.random.Generator(np.random.Philox(int(settings_digest(["held out of a probe", training]), 16)))
    held = np.zeros(len(labels), dtype=bool)
    for name in np.unique(labels):
        of_class = random.permutation(np.flatnonzero(labels == name))
        if len(of_class) > 1:
            held[of_class[: max(1, round(HELD_OUT * len(of_class)))]] = True
    if not held.any():
        raise UserError(f"'{training}': a linear probe needs two images of some class; give it more to learn from")
    return held


def _fit(images: np.ndarray, labels: np.ndarray, strength: float):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=MAX_ITERATIONS))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        probe.fit(images, labels)
    if any(issubclass(each.category, ConvergenceWarning) for each in caught):
        log.warning("a probe with C = %g has not converged in %d iterations", strength, MAX_ITERATIONS)
    return probe


def _lesson(asked: Asked, title: str) -> tuple[Training, tuple[str, ...]]:
    """The images to learn from and the test set's classes that they show, sorted by name as scikit-learn has them."""
    if asked.training is None:
        raise NoReadoutError(f"the test set names no images that {title} could learn from (train)")
    if len(asked.testset.classnames) < 2:
        raise NoReadoutError(f"one class leaves {title} nothing to learn")
    classes = tuple(sorted(set(asked.testset.classnames) & set(asked.training.labels)))
    if len(classes) < 2:
        raise UserError(
            f"{asked.where}: '{asked.training.name}', which {title} learns from, shows {len(classes)} of its classes; "
            "use the same class names in both"
        )
    return asked.training, classes


def _scores(probe, asked: Asked, classes: tuple[str, ...]) -> np.ndarray:
    number_of = {name: number for number, name in enumerate(asked.testset.classnames)}
    found = probe.decision_function(asked.features.images.astype(np.float64))
    if len(classes) == 2:  # scikit-learn gives the second class's score alone
        found = np.stack([-found, found], axis=1)
    scores = np.full((len(found), len(number_of)), UNKNOWN)
    scores[:, [number_of[name] for name in classes]] = found
    return scores
