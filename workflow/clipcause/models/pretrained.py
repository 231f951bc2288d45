"""Models that others trained: weights by an open_clip tag, or in a file."""

import pickle
from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.models.build import ClipModel
from clipcause.models.preprocess import Preprocess
from clipcause.models.stock import known_config

SAID = 300  # characters of others' errors that are told
# Keys of a config whose values come with the weights.
IN_WEIGHTS = ("init_logit_scale", "init_logit_bias")


def load_pretrained(name: str, pretrained: str, image_size: int | None = None) -> ClipModel:
    """The open_clip model `name` with the weights `pretrained`: a tag of open_clip's, a file, or a folder.

    A folder is one that open_clip loads as `local-dir:`, with the model's config in it; `image_size`, in pixels,
    replaces the config's own. Files are loaded as safetensors or weights only, never as code. Raises UserError if
    open_clip knows no such config or tag, if the weights cannot be fetched or read, or if they were trained with
    another config.
    """
    import open_clip  # seconds to import

    known_config(name)
    tags = open_clip.list_pretrained_tags_by_model(name)
    if pretrained not in tags and not Path(pretrained).exists():
        raise UserError(
            f"pretrained {pretrained}: neither a file or folder nor a tag that open_clip has for {name}; "
            f"its tags are {', '.join(tags) or 'none'}"
        )
    _same_config(name, pretrained, tags, image_size)
    source = (f"local-dir:{pretrained}", None) if Path(pretrained).is_dir() else (name, pretrained)
    try:
        model = open_clip.create_model(
            *source, output_dict=True, weights_only=True, force_image_size=image_size, require_pretrained=True
        )
    except Exception as error:  # a file that is cut, of another kind or model raises anything
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:SAID]}"
        if isinstance(error, pickle.UnpicklingError):  # torch's own words recommend to run the code
            said = "it holds no weights, or more than weights"
        raise UserError(
            f"{name}, {pretrained}: its weights cannot be loaded ({said}); fetch them where there is a network, "
            f"or name a file that holds nothing but weights of {name}"
        ) from error
    return ClipModel(
        settings={"architecture": "open_clip", "name": name, "image_size": image_size},
        words=[],
        embed_dim=open_clip.get_model_config(name)["embed_dim"],
        model=model.eval(),
        tokenizer=open_clip.get_tokenizer(name),
        preprocess=Preprocess.of(model.visual),
    )


def _same_config(name: str, pretrained: str, tags: list[str], image_size: int | None) -> None:
    """Raise UserError if weights were trained with another config than `name`, as far as can be seen."""
    import open_clip

    config = open_clip.get_model_config(name)
    if image_size is not None:
        config["vision_cfg"]["image_size"] = image_size
    if pretrained in tags:
        theirs = open_clip.get_pretrained_cfg(name, pretrained).get("quick_gelu", False)
        if theirs != config.get("quick_gelu", False):
            other = f"{name}-quickgelu" if theirs else name.removesuffix("-quickgelu")
            raise UserError(f"{name}, {pretrained}: these weights were trained with another activation; name {other}")
    elif Path(pretrained).is_dir():
        path = Path(pretrained) / "open_clip_config.json"
        try:
            theirs = dict(read_json(path)["model_cfg"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}: no config of open_clip's is in this folder; name a file of weights") from error
        keys = sorted((theirs.keys() | config.keys()) - set(IN_WEIGHTS))
        if other := [key for key in keys if (theirs.get(key) or None) != (config.get(key) or None)]:  # False is no key
            raise UserError(
                f"{path}: its {', '.join(other)} is not that of {name}; name the config it was trained with"
            )
