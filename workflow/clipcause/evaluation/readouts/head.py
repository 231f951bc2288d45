"""The classification head that a supervised model was trained with."""

from collections.abc import Iterator, Sequence

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.answers import UNKNOWN
from clipcause.evaluation.features import ModelAbout
from clipcause.evaluation.readouts.readout import Asked, NoReadoutError
from clipcause.evaluation.testset import TestSet


class OwnHead:
    """The head's cosines, among the test set's classes only, as in zero-shot; rows of other classes play no part."""

    name, title = "head", "its classification head"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout. Does not apply where the head knows none of the classes, as it was trained for others."""
        head, classnames = asked.model.head, asked.testset.classnames
        if head is None:
            raise NoReadoutError(f"the objective {asked.model.objective} trains no classification head")
        known = [number for number, name in enumerate(classnames) if name in head.row_of]
        if not known:
            raise NoReadoutError(
                f"the head knows no class of {', '.join(classnames[:3])}, ..., but {', '.join(head.classes[:3])}, ..., "
                "which are the labels that it was trained on"
            )
        scores = np.full((len(asked.features.images), len(classnames)), UNKNOWN, np.float32)
        scores[:, known] = asked.features.unit_images @ head.unit_rows([classnames[number] for number in known]).T
        yield scores


def refuse_strange_head(model: ModelAbout, testsets: Sequence[TestSet], readouts: Sequence[str], where: str) -> None:
    """Raise UserError if a head that is to be read out knows no class of any test set: labels have other names there.

    A head that knows the classes of one and not those of another does not apply to the other.
    """
    asked = [name for testset in testsets if testset.classifies for name in testset.classnames]
    if model.head is None or not asked or not {"own", OwnHead.name} & set(readouts):
        return
    if not set(model.head.classes) & set(asked):
        raise UserError(
            f"{where}: the head knows no class of any test set ({', '.join(asked[:3])}, ...), but "
            f"{', '.join(model.head.classes[:3])}, ...; use the same class names in the pool's label and in the test "
            "sets, or leave own and head out of the study's readouts"
        )
