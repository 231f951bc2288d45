"""The model that a run starts from: random, or with towers of another run or of a model that others trained."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json, settings_digest
from clipcause.models.build import ClipModel, build_model
from clipcause.models.pretrained import load_pretrained
from clipcause.models.towers import take_towers
from clipcause.models.trained import load_run
from clipcause.training.recipe import Recipe


def start_model(model: dict, recipe: Recipe, run: Path | None, words: Callable[[], list[str]]) -> ClipModel:
    """The model of resolved settings `model`, drawn from torch's generator, with the towers that `recipe.start` names.

    `run` is the folder of the run to start from, where the recipe starts from one; `words` finds those of the
    captions, which the tokenizer takes unless a text tower is taken over with its own. An image tower that is taken
    over gets its pixels as it was trained. Raises UserError if what it starts from is missing or of another model.
    """
    if recipe.start["source"] == "random":
        return build_model(model, words())
    towers, where = recipe.start["towers"], f"the start of recipe (towers {recipe.start['towers']})"
    with torch.random.fork_rng(devices=[]):  # what is not taken over starts as it would without
        source = _source(model, recipe.start, run, where)
    built = build_model(model, words() if towers == "image" else source.words)
    take_towers(built.model, source.model, towers, where)
    return built if towers == "text" else replace(built, preprocess=source.preprocess)


def _source(model: dict, start: dict, run: Path | None, where: str) -> ClipModel:
    if start["source"] == "open_clip":
        if model["architecture"] != "open_clip":
            raise UserError(f"{where}: pretrained weights are for open_clip's configs, not for {model['architecture']}")
        return load_pretrained(model["name"], start["pretrained"], model["image_size"])
    if run is None:
        raise UserError(f"{where}: it starts from a run, and none is given; give --start, one folder per seed")
    source = load_run(run)
    if source.settings != model:
        raise UserError(
            f"{where}: {run} was trained with other settings of the model; name the same model in both recipes"
        )
    return source


def start_digest(recipe: Recipe, run: Path | None) -> str | None:
    """What distinguishes the weights that a run starts from: a digest, or a tag's name; None for random ones.

    Raises UserError if the run to start from is not a finished one.
    """
    if recipe.start["source"] == "random":
        return None
    if recipe.start["source"] == "run":
        return _digest_of(run) if run else None
    pretrained = Path(recipe.start["pretrained"])
    if pretrained.is_dir():
        return settings_digest({file.name: file_digest(file) for file in pretrained.iterdir() if file.is_file()})
    return file_digest(pretrained) if pretrained.is_file() else str(pretrained)


def _digest_of(run: Path) -> str:
    try:
        return read_json(run / "run.json")["model_digest"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{run}: is no finished run to start from ({error}); train it again") from error
