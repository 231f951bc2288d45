"""Settings -> a model at random initialisation, from the registry of architectures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

import torch
from torch import nn

from clipcause.errors import UserError
from clipcause.models import stock, tiny
from clipcause.models.preprocess import Preprocess

ARCHITECTURES = {"tiny": tiny, "open_clip": stock}


@dataclass(frozen=True)
class ClipModel:
    """A model with what turns images and texts into its inputs.

    `model` has open_clip's interface, `tokenizer` maps texts to token ids [n, context_length] and
    `preprocess` maps pixels uint8 [n, H, W, 3] to normalised floats [n, 3, H, W].
    """

    settings: dict
    words: list[str]
    embed_dim: int
    model: nn.Module
    tokenizer: Callable[[Sequence[str]], torch.LongTensor]
    preprocess: Preprocess


def tokenizer_words(settings: dict, captions: Iterable[str]) -> list[str]:
    """The words that the model's tokenizer takes from its training captions, in the order of their token ids."""
    return _architecture(settings).tokenizer_words(settings, captions)


def build_model(settings: dict, words: Sequence[str]) -> ClipModel:
    """The model of resolved `settings` at random initialisation, drawn from torch's generator (see `seeded`).

    Raises UserError if the architecture or the name of its config is unknown.
    """
    architecture = _architecture(settings)
    model, tokenizer = architecture.build(settings, words)
    return ClipModel(
        settings=settings,
        words=list(words),
        embed_dim=architecture.embed_dim(settings),
        model=model,
        tokenizer=tokenizer,
        preprocess=Preprocess.of(model.visual),
    )


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch's generator inside the block and leave it outside as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _architecture(settings: dict) -> ModuleType:
    if settings.get("architecture") not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise UserError(f"model: architecture {settings.get('architecture')!r} is unknown; it is one of {known}")
    return ARCHITECTURES[settings["architecture"]]
