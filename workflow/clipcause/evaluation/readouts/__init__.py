"""Readouts: how an answer about a test set is read out of a model's stored features.

    own           what the model was made for: head, else prompt ensemble, else linear probe
    class_name    zero-shot by the bare class name
    template      zero-shot by `a photo of a {c}.`
    ensemble      zero-shot by the test set's own templates
    shuffled      zero-shot by the ensemble, names exchanged among the classes
    head          the head of a supervised model
    linear_probe  logistic regression on labelled images of another test set
    10_shot       the same on 10 images per class (any number), over several draws

A new readout is a class in a module here and one entry of READOUTS. None of them imports torch.
"""

import re

from clipcause.errors import UserError
from clipcause.evaluation.readouts.head import OwnHead, refuse_strange_head
from clipcause.evaluation.readouts.own import Own
from clipcause.evaluation.readouts.probe import FewShot, LinearProbe
from clipcause.evaluation.readouts.prompts import Prompts, ShuffledPrompts
from clipcause.evaluation.readouts.readout import Asked, NoReadoutError, Readout, Training
from clipcause.evaluation.texts import CLASS_NAME, ENSEMBLE, TEMPLATE

__all__ = ["OWN", "READOUTS", "Asked", "NoReadoutError", "Readout", "Training", "readout", "refuse_strange_head"]

OWN = Own.name
READOUTS: dict[str, Readout] = {
    each.name: each
    for each in (
        Own(),
        Prompts(CLASS_NAME, "bare class names"),
        Prompts(TEMPLATE, "one template"),
        Prompts(ENSEMBLE, "the prompt ensemble"),
        ShuffledPrompts(),
        OwnHead(),
        LinearProbe(),
    )
}
SHOTS = re.compile(r"([1-9]\d*)_shot")


def readout(name: str) -> Readout:
    """The readout of this name. Raises UserError if there is none."""
    if shots := SHOTS.fullmatch(name):
        return FewShot(int(shots[1]))
    if name not in READOUTS:
        raise UserError(
            f"readout {name}: there is none of that name; there are {', '.join(READOUTS)} and 10_shot (any number)"
        )
    return READOUTS[name]
