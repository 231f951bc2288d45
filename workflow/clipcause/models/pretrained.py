"""Models that others trained: weights by an open_clip tag, or in a file."""

import pickle
from pathlib import Path

from safetensors import SafetensorError

from clipcause.errors import UserError
from clipcause.models.build import ClipModel
from clipcause.models.preprocess import Preprocess
from clipcause.models.stock import known_config


def load_pretrained(name: str, pretrained: str) -> ClipModel:
    """The open_clip model `name` with the weights `pretrained`, a tag of open_clip's or the path of a file.

    Files are loaded as safetensors or weights only, never as code. Raises UserError if open_clip knows no such config
    or tag, and if the weights cannot be fetched or read.
    """
    import open_clip  # seconds to import

    known_config(name)
    tags = open_clip.list_pretrained_tags_by_model(name)
    if pretrained not in tags and not Path(pretrained).is_file():
        raise UserError(
            f"pretrained {pretrained}: neither a file nor a tag that open_clip has for {name}; "
            f"its tags are {', '.join(tags) or 'none'}"
        )
    try:
        model = open_clip.create_model(name, pretrained=pretrained, output_dict=True, weights_only=True)
    except (OSError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError, SafetensorError) as error:
        raise UserError(
            f"{name}, {pretrained}: its weights cannot be loaded ({str(error).splitlines()[0]}); "
            "fetch them where there is a network, or name a file that holds nothing but them"
        ) from error
    return ClipModel(
        settings={"architecture": "open_clip", "name": name, "pretrained": pretrained},
        words=[],
        embed_dim=open_clip.get_model_config(name)["embed_dim"],
        model=model.eval(),
        tokenizer=open_clip.get_tokenizer(name),
        preprocess=Preprocess.of(model.visual),
    )
