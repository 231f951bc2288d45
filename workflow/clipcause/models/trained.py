"""A run's model, written and loaded: `model.safetensors` (weights) and `model.json` (what they are)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json, write_json
from clipcause.files.tensors import whole_tensors
from clipcause.models import stock
from clipcause.models.build import ClipModel, build_model
from clipcause.models.head import CosineHead
from clipcause.models.preprocess import Preprocess

DESCRIBED = ("model", "preprocess", "objective", "reads_text", "tokenizer_words", "classes")
WEIGHTS, DESCRIPTION, OPEN_CLIP = "model.safetensors", "model.json", "open_clip_config.json"
_HEAD = "head."


@dataclass(frozen=True)
class TrainedModel(ClipModel):
    """A trained model in evaluation mode; with `head` and `classes` (its rows, in order) if it was trained with one.

    `reads_text` says whether its text tower was trained with the images, so that it can be asked in words.
    """

    objective: str
    reads_text: bool
    classes: list[str]
    head: CosineHead | None


def save_model(
    directory: str | Path,
    built: ClipModel,
    objective: str,
    reads_text: bool,
    head: CosineHead | None = None,
    classes: Sequence[str] = (),
) -> None:
    """Write a model into `directory`: the same weights make the same bytes.

    The tensors bear open_clip's own names, and `head.weight` and `head.logit_scale` where there is a head. A stock
    config without a head also gets its `open_clip_config.json`: open_clip loads the folder as `local-dir:DIRECTORY`.
    """
    directory = Path(directory)
    weights = built.model.state_dict()
    if head is not None:
        weights |= {_HEAD + name: tensor for name, tensor in head.state_dict().items()}
    with whole_tensors(directory / WEIGHTS) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary, {"format": "pt"})
    said = (built.settings, built.preprocess.described, objective, reads_text, built.words, list(classes))
    write_json(directory / DESCRIPTION, dict(zip(DESCRIBED, said, strict=True)))
    if built.settings["architecture"] == "open_clip" and head is None:
        write_json(directory / OPEN_CLIP, stock.config_of(built.settings, built.model, built.preprocess))


def load_run(directory: str | Path) -> TrainedModel:
    """Load the model of a finished run. Raises UserError if its files are missing or do not fit each other."""
    directory = Path(directory)
    record = directory / "run.json"
    try:
        description = read_json(directory / DESCRIPTION)
        weights = load_file(directory / WEIGHTS)
        digest = read_json(record)["model_digest"] if record.exists() else None
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise UserError(f"{directory}: holds no readable trained model ({error}); train this run again") from error
    if digest is not None and digest != file_digest(directory / WEIGHTS):
        raise UserError(f"{directory}: {WEIGHTS} was changed after the training; delete this folder and train again")
    if missing := [key for key in DESCRIBED if key not in description]:
        raise UserError(f"{directory}: {DESCRIPTION} does not say {', '.join(missing)}; train this run again")
    built = build_model(description["model"], description["tokenizer_words"])
    if "logit_bias" in weights:
        built.model.logit_bias = nn.Parameter(torch.zeros(()))
    try:
        head = _load_head(weights)
        built.model.load_state_dict(weights)
    except RuntimeError as error:
        misfits = "; ".join(line.strip() for line in str(error).splitlines()[1:4])
        raise UserError(
            f"{directory}: {WEIGHTS} does not fit the settings in {DESCRIPTION} ({misfits}); train this run again"
        ) from error
    built.model.eval()
    settings = {key: description[key] for key in ("objective", "reads_text", "classes")}
    parts = vars(built) | {"preprocess": Preprocess.as_described(description["preprocess"])}
    return TrainedModel(**parts, **settings, head=head)


def _load_head(weights: dict[str, torch.Tensor]) -> nn.Module | None:
    """Take the head's tensors out of `weights`, if there are any, and make the head of them."""
    rows = {name.removeprefix(_HEAD): weights.pop(name) for name in list(weights) if name.startswith(_HEAD)}
    if not rows:
        return None
    head = CosineHead(rows["weight"].shape[1], rows["weight"].shape[0])
    head.load_state_dict(rows)
    return head.eval()
