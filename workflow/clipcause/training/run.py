"""One run from manifest to outputs.

OUTPUT/seed{seed}/model.safetensors, model.json    the trained model (see clipcause.models.trained)
OUTPUT/seed{seed}/log.jsonl                        the learning curve: step, samples_seen, loss, learning_rate
OUTPUT/seed{seed}/speed.json                       wall-clock figures, the one file that differs between repeats
OUTPUT/seed{seed}/run.json                         what was trained on what, digests; written last
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import nn

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, write_json, write_text
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.models.build import ClipModel, seeded, tokenizer_words
from clipcause.models.preprocess import Preprocess
from clipcause.models.towers import freeze
from clipcause.models.trained import WEIGHTS, save_model
from clipcause.training.checkpoints import RUN, RunState
from clipcause.training.devices import Devices
from clipcause.training.images import Images
from clipcause.training.loop import Training
from clipcause.training.machine import Machine
from clipcause.training.manifest import Manifest
from clipcause.training.objectives import OBJECTIVES, Objective
from clipcause.training.phases import Phases
from clipcause.training.recipe import Recipe
from clipcause.training.records import run_record, speed_record
from clipcause.training.start import start_model


@dataclass(frozen=True)
class Material:
    """What one seed is trained from.

    manifests  of the subset that the training begins with, where the recipe has one, and of its own subset
    start      the folder of the run that it starts from, or None
    """

    manifests: tuple[Manifest, ...]
    start: Path | None = None


def train_run(
    name: str,
    recipe: Recipe,
    model: dict,
    seed: int,
    material: Material,
    state: RunState,
    machine: Machine,
    devices: Devices,
    began: float,
    board: Path | None = None,
) -> None:
    """Train one run, from its checkpoint if it has one, and keep its files in `state`. `name` is for people.

    Raises UserError if the architecture or objective is unknown, too many images are undecodable, the subset is
    smaller than a batch or lacks what the objective needs, or the loss stops being a number.
    """
    captions = [caption for manifest in material.manifests for caption in manifest.captions if caption is not None]
    check_before_reading(material.manifests, recipe, devices)
    with seeded(seed):
        built = start_model(model, recipe, material.start, lambda: tokenizer_words(model, captions))
        freeze(built.model, recipe.freeze)
        images = read_images(name, material.manifests, built.preprocess, recipe, machine)
        phases = Phases(images, recipe, seed)
        objective = new_objective(recipe, built, phases.manifest)
        objective = with_batch_norm(objective, recipe.batch_norm, devices)
        training = Training(name, objective, phases, built.preprocess, recipe, seed, devices)
        startup = time.monotonic() - began
        training.run(state, machine.checkpoint_seconds, board)
    if devices.leads:
        kept = replace(built, model=objective.trained())
        with state.finishing() as directory:
            described = recipe.objective, objective.reads_text, objective.head, objective.classes
            save_model(directory, kept, *described)
            write_text(directory / "log.jsonl", "".join(json.dumps(line) + "\n" for line in training.position.curve))
            write_json(directory / "speed.json", speed_record(training, startup, machine))
            write_json(
                directory / RUN, run_record(training, model, images, material.start, file_digest(directory / WEIGHTS))
            )
    log.info("%s: done, %s samples/s", name, f"{recipe.samples_seen / training.position.seconds:,.0f}")


def read_images(
    name: str, manifests: Sequence[Manifest], preprocess: Preprocess, recipe: Recipe, machine: Machine
) -> list[Images]:
    """The images of each manifest; those that come first have the first claim on memory. Raises as `check_images`."""
    memory, read = machine.image_memory, []
    for manifest in manifests:
        progress = Progress(f"{name}: reading images", len(manifest), "images")
        read.append(Images(manifest, preprocess, machine.threads, memory, progress))
        memory -= read[-1].bytes_kept
        check_images(manifest, read[-1], recipe)
    return read


def new_objective(recipe: Recipe, built: ClipModel, manifest: Manifest) -> Objective:
    """The objective of a recipe. Raises UserError if it is unknown, its keys are not those it has, or data lack."""
    if recipe.objective not in OBJECTIVES:
        raise UserError(f"objective {recipe.objective!r} is unknown; it is one of {', '.join(OBJECTIVES)}")
    objective = OBJECTIVES[recipe.objective]
    for problem, keys in (
        ("missing", set(objective.keys) - recipe.own.keys()),
        ("unknown", recipe.own.keys() - set(objective.keys)),
    ):
        if keys:
            has = ", ".join(objective.keys) or "none of its own"
            raise UserError(f"recipe: {problem} {', '.join(sorted(keys))}; objective {recipe.objective} has {has}")
    return objective(built, manifest, recipe.own)


def with_batch_norm(objective: Objective, kind: str, devices: Devices) -> Objective:
    """The objective with batch norms whose statistics are `per_device` or of all devices (`sync`)."""
    if kind == "per_device" or devices.size == 1:
        return objective
    return nn.SyncBatchNorm.convert_sync_batchnorm(objective)


def check_before_reading(manifests: Sequence[Manifest], recipe: Recipe, devices: Devices) -> None:
    """Raise UserError for what needs no image to be seen: a subset smaller than a batch, or sync without a GPU."""
    for manifest in manifests:
        check_size(manifest, recipe)
    if recipe.batch_norm == "sync" and devices.device.type != "cuda":
        raise UserError("batch_norm sync: torch has it on GPUs only, and there is none; set batch_norm: per_device")


def check_size(manifest: Manifest, recipe: Recipe) -> None:
    """Raise UserError if the samples of a manifest make no batch."""
    if len(manifest) < recipe.batch_size:
        raise UserError(
            f"{manifest.path}: {len(manifest)} samples do not fill a batch of {recipe.batch_size}; "
            "lower batch_size or make a larger subset"
        )


def check_images(manifest: Manifest, images: Images, recipe: Recipe) -> None:
    """Name the undecodable images in the log; raise UserError if they are too many or the rest makes no batch.

    So it does if only they had weight.
    """
    dropped = images.undecodable
    if dropped:
        log.warning("%s: %d undecodable images are dropped: %s", manifest.path, len(dropped), " ".join(dropped))
    if len(dropped) > recipe.max_undecodable * len(manifest):
        raise UserError(
            f"{manifest.path}: {len(dropped)} of {len(manifest)} images are undecodable, more than max_undecodable "
            f"{recipe.max_undecodable:g} allows: {' '.join(dropped)}; drop them from the pool or raise max_undecodable"
        )
    check_size(images.manifest, recipe)
    if not images.manifest.weights.any():
        raise UserError(f"{manifest.path}: all samples with weight are undecodable; repair them or weigh others")
