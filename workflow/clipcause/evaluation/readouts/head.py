"""The classification head that a supervised model was trained with."""

from collections.abc import Iterator

import numpy as np

from clipcause.evaluation.answers import UNKNOWN
from clipcause.evaluation.features import unit
from clipcause.evaluation.readouts.readout import Asked, NoReadoutError


class OwnHead:
    """The head's cosines, among the test set's classes only, as in zero-shot; rows of other classes play no part."""

    name, title = "head", "its classification head"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout. Does not apply where the head knows none of the classes, as it was trained for others."""
        head, classnames = asked.model.head, asked.testset.classnames
        if head is None:
            raise NoReadoutError(f"the objective {asked.model.objective} trains no classification head")
        row_of = {name: row for row, name in enumerate(head.classes)}
        known = [number for number, name in enumerate(classnames) if name in row_of]
        if not known:
            raise NoReadoutError(
                f"the head knows no class of {', '.join(classnames[:3])}, ..., but {', '.join(head.classes[:3])}, ..., "
                "which are the labels that it was trained on"
            )
        scores = np.full((len(asked.features.images), len(classnames)), UNKNOWN, np.float32)
        rows = unit(head.rows[[row_of[classnames[number]] for number in known]])
        scores[:, known] = asked.features.unit_images @ rows.T
        yield scores
