"""What a readout is, and what it reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from clipcause.evaluation.features import ModelAbout, TestSetFeatures
from clipcause.evaluation.testset import TestSet


class NoReadoutError(Exception):
    """A readout does not apply to this run or test set; the message is the reason, for people."""


@dataclass(frozen=True, eq=False)
class Training:
    """Images to learn from: their features [N, d], not normalised, and the names of their classes [N]."""

    name: str
    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Asked:
    """One run asked about one classification test set of n images and C classes.

    `training` are the images that probes learn from, None if the test set names none; `seed` is the run's own and
    decides which of them few-shot probes draw. `where` names run and test set in errors.
    """

    where: str
    testset: TestSet
    model: ModelAbout
    features: TestSetFeatures
    training: Training | None
    seed: int


class Readout(Protocol):
    """How an answer is read out of a model."""

    name: str
    title: str  # for people, after "read out by"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """Yield scores [n, C] of the test set's classes, UNKNOWN for those it does not know; once per draw.

        A readout without chance in it has one draw. Raises NoReadoutError with the reason where it does not apply,
        and UserError where the user can mend it.
        """
        ...
