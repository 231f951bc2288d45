"""Zero-shot: the class whose prompts are nearest to the image (Radford et al. 2021, section 3.1)."""

from collections.abc import Iterator

import numpy as np

from clipcause.evaluation.features import TestSetFeatures
from clipcause.evaluation.readouts.readout import Asked, NoReadoutError
from clipcause.evaluation.texts import ENSEMBLE
from clipcause.files.outputs import settings_digest


class Prompts:
    """Cosine of the image with each class's embedding in one of the stored text sets."""

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout."""
        yield asked.features.unit_images @ class_rows(asked, self.name).T


class ShuffledPrompts:
    """The prompt ensemble with names exchanged among the classes: what language tells of a class is taken away.

    The exchange is fixed per test set. Only rows change places, so nothing is encoded for it.
    """

    name, title = "shuffled", "prompts with exchanged class names"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout."""
        rows = class_rows(asked, ENSEMBLE)
        if len(rows) < 2:
            raise NoReadoutError("one class has no other to exchange names with")
        yield asked.features.unit_images @ rows[derangement(len(rows), asked.testset.name)].T


def class_rows(asked: Asked, text_set: str) -> np.ndarray:
    """The unit embeddings of a test set's classes [C, d]. Raises NoReadoutError for a model that cannot be asked."""
    if not has_text(asked.features):
        raise NoReadoutError(asked.model.wordless)
    return asked.features.texts[text_set]


def has_text(features: TestSetFeatures) -> bool:
    """Whether the model can be asked in words."""
    return bool(features.texts)


def derangement(count: int, testset: str) -> np.ndarray:
    """Whose name each of `count` classes gets, [count]: never its own, the same for every run on this test set.

    A random cycle through all classes (Sattolo 1986).
    """
    random = np.random.Generator(np.random.Philox(int(settings_digest(["exchanged class names", testset]), 16)))
    order = np.arange(count)
    for last in range(count - 1, 0, -1):
        other = random.integers(last)
        order[[last, other]] = order[[other, last]]
    return order
