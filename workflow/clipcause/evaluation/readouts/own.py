"""The readout that a model was made for."""

from collections.abc import Iterator

import numpy as np

from clipcause.evaluation.readouts.head import OwnHead
from clipcause.evaluation.readouts.probe import LinearProbe
from clipcause.evaluation.readouts.prompts import Prompts, has_text
from clipcause.evaluation.readouts.readout import Asked, Readout
from clipcause.evaluation.texts import ENSEMBLE


class Own:
    """The head of a model that has one, else the prompt ensemble of one with a text tower, else a linear probe."""

    name, title = "own", "the readout it was made for"

    def scores(self, asked: Asked) -> Iterator[np.ndarray]:
        """See Readout."""
        return self._readout(asked).scores(asked)

    def _readout(self, asked: Asked) -> Readout:
        if asked.model.head is not None:
            return OwnHead()
        return Prompts(ENSEMBLE, "the prompt ensemble") if has_text(asked.features) else LinearProbe()
