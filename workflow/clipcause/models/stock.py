"""Any of open_clip's configs at random initialisation, with its own tokenizer and preprocessing statistics."""

import difflib
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import nn

from clipcause.errors import UserError
from clipcause.models.preprocess import Preprocess


def tokenizer_words(settings: dict, captions: Iterable[str]) -> list[str]:
    """None: open_clip's tokenizers bring their own vocabulary, whatever the captions."""
    return []


def embed_dim(settings: dict) -> int:
    """The width of the features, as the config says."""
    import open_clip

    return open_clip.get_model_config(settings["name"])["embed_dim"]


def build(settings: dict, words: Sequence[str]) -> tuple[nn.Module, Callable]:
    """The open_clip model `settings["name"]` and its tokenizer; `words` plays no part.

    `settings["image_size"]`, in pixels, replaces the config's own where it is given and not null.
    Raises UserError if open_clip has no config of that name.
    """
    import open_clip

    name = settings["name"]
    known_config(name)
    model = open_clip.create_model(
        name,
        pretrained_text=False,
        force_image_size=settings.get("image_size"),
        output_dict=True,
        device=torch.get_default_device(),
    )
    return model, open_clip.get_tokenizer(name)


def config_of(settings: dict, model: nn.Module, preprocess: Preprocess) -> dict:
    """What open_clip's scheme `local-dir:` has to know of a model: its config, with what differs here, and its pixels.

    The weights are found beside it under the name model.safetensors.
    """
    import open_clip

    config, described = open_clip.get_model_config(settings["name"]), preprocess.described
    if settings.get("image_size") is not None:
        config["vision_cfg"]["image_size"] = settings["image_size"]
    if getattr(model, "logit_bias", None) is not None:
        config["init_logit_bias"] = 0.0  # that there is one; its value is among the weights
    pixels = {key: described[key] for key in ("mean", "std", "interpolation")}
    return {"model_cfg": config, "preprocess_cfg": pixels | {"resize_mode": described["resize"]}}


def known_config(name: str) -> None:
    """Raise UserError if open_clip has no config of that name; it says the nearest."""
    import open_clip  # seconds to import, and only this architecture needs it

    known = open_clip.list_models()
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
        raise UserError(f"model name {name}: not one of open_clip's {len(known)} configs; the nearest is {nearest}")
