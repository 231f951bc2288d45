"""What a model is made of: its parameters, its width, and the floating-point operations of a sample."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from clipcause.errors import UserError
from clipcause.job.command import log


@dataclass(frozen=True)
class Profile:
    """Of one model: parameters; width of its vectors; operations of a sample forward, and forward and backward.

    Operations are those of matrix products and convolutions, two for each multiplication with its addition.
    """

    parameters: int
    width: int
    image: float
    text: float
    image_trained: float
    text_trained: float


@cache
def profile(model: str) -> Profile:
    """Profile the model with these settings, given as JSON; nothing is computed and no weights are drawn.

    Raises UserError if there is no such model.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from clipcause.models.build import build_model

    settings = json.loads(model)
    words = [f"word{number}" for number in range(settings.get("vocabulary_size", 0))]
    with torch.device("meta"):
        with _without_warnings():
            built = build_model(settings, words)
        size = built.model.visual.image_size
        height, width = (size, size) if isinstance(size, int) else size
        images = torch.zeros(2, 3, height, width)
        tokens = torch.zeros(2, settings.get("context_length") or built.model.context_length, dtype=torch.long)

    def operations(encode, inputs, backward: bool) -> float:
        with FlopCounterMode(display=False) as counter:
            encoded = encode(inputs)
            if backward:
                encoded.sum().backward()
        return counter.get_total_flops() / len(inputs)

    return Profile(
        parameters=sum(each.numel() for each in built.model.parameters()),
        width=built.embed_dim,
        image=operations(built.model.encode_image, images, False),
        text=operations(built.model.encode_text, tokens, False),
        image_trained=operations(built.model.encode_image, images, True),
        text_trained=operations(built.model.encode_text, tokens, True),
    )


def profiled(model: str) -> Profile | None:
    """The profile of a model; None, with a warning, where its library has no such model or lacks a package for it."""
    try:
        return profile(model)
    except (UserError, ImportError) as error:
        log.warning("a model could not be looked at, so nothing is scaled to it: %s", error)
        return None


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Nothing is logged inside: open_clip warns that a model has no weights."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
