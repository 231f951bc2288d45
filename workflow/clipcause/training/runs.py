"""One run from manifest to outputs, and several in one process.

OUTPUT/seed{seed}/model.safetensors, model.json    the trained model (see clipcause.models.trained)
OUTPUT/seed{seed}/log.jsonl                        the learning curve: step, samples_seen, loss, learning_rate
OUTPUT/seed{seed}/speed.json                       wall-clock figures, the one file that differs between repeats
OUTPUT/seed{seed}/run.json                         what was trained on what, digests; written last
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from clipcause.command import log
from clipcause.errors import UserError
from clipcause.models.build import ClipModel, seeded, tokenizer_words
from clipcause.models.preprocess import Preprocess
from clipcause.models.towers import freeze
from clipcause.models.trained import WEIGHTS, save_model
from clipcause.outputs import file_digest, settings_digest, write_json, write_text
from clipcause.progress import Progress
from clipcause.training.checkpoints import RUN, RunState, locked_state
from clipcause.training.devices import Devices, joined_devices
from clipcause.training.images import Images
from clipcause.training.loop import Training
from clipcause.training.machine import Machine
from clipcause.training.manifest import Manifest, read_manifest
from clipcause.training.objectives import OBJECTIVES, Objective
from clipcause.training.order import order_digest
from clipcause.training.phases import Phases
from clipcause.training.recipe import Recipe
from clipcause.training.start import start_digest, start_model


@dataclass(frozen=True)
class Material:
    """What one seed is trained from.

    manifests  of the subset that the training begins with, where the recipe has one, and of its own subset
    start      the folder of the run that it starts from, or None
    """

    manifests: tuple[Manifest, ...]
    start: Path | None = None


def train_runs(
    recipe: Recipe,
    model: dict,
    seeds: Sequence[int],
    manifests: Sequence[str | Path],
    output: str | Path,
    state: str | Path,
    code: Sequence[str | Path],
    machine: Machine,
    began: float | None = None,
    first: Sequence[str | Path] = (),
    starts: Sequence[str | Path] = (),
    boards: str | Path | None = None,
) -> None:
    """Train one run per seed, each on its own manifest, one after another.

    `model` holds resolved model settings; `code` are the files whose edit makes a run another one; `began`, on the
    monotonic clock, is when the process did. `first` are the manifests that the seeds begin with, `starts` the
    folders of the runs that they start from, where the recipe asks for them; `boards` is where TensorBoard looks.
    A run that `state` holds finished is not trained again. Raises UserError if there is not one manifest per seed,
    or for what `train_run` raises it.
    """
    for what, files, wanted in (
        ("manifests", manifests, True),
        ("manifests to begin with", first, recipe.first_subset),
        ("runs to start from", starts, recipe.start["source"] == "run"),
    ):
        if len(files) != (len(seeds) if wanted else 0):
            asked = "give one per seed, in the same order" if wanted else "this recipe takes none"
            raise UserError(f"{len(seeds)} seeds but {len(files)} {what}; {asked}")
    output = Path(output)
    code_digests = {Path(path).as_posix(): file_digest(path) for path in code}
    with joined_devices(recipe.devices) as devices:
        machine.prepare(recipe.precision, recipe.compile)
        for number, seed in enumerate(seeds):
            began = time.monotonic() if began is None else began
            name = f"{'/'.join(output.parts[-2:])} seed {seed} ({number + 1} of {len(seeds)})"
            paths = [*first[number : number + 1], manifests[number]]
            start = Path(starts[number]) if starts else None
            material = Material(tuple(map(read_manifest, paths)), start)
            directory = Path(state) / run_key(recipe, model, seed, material, code_digests)
            with shared_state(directory, devices) as run_state:
                if devices.leads:
                    run_state.trained_for(output / f"seed{seed}")
                if devices.any(devices.leads and run_state.is_finished()):
                    log.info("%s: trained before, its files are taken from %s", name, state)
                else:
                    board = Path(boards) / f"seed{seed}" if boards else None
                    train_run(name, recipe, model, seed, material, run_state, machine, devices, began, board)
                if devices.leads:
                    run_state.emit(output / f"seed{seed}")
            began = None


def run_key(recipe: Recipe, model: dict, seed: int, material: Material, code: dict[str, str]) -> str:
    """The name of a run's state: a digest of all that decides its result."""
    return settings_digest(
        {
            "recipe": recipe.settings,
            "model": model,
            "seed": seed,
            "manifests": [manifest.digest for manifest in material.manifests],
            "start": start_digest(recipe, material.start),
            "code": code,
            "torch": torch.__version__,
        }
    )


@contextmanager
def shared_state(directory: Path, devices: Devices) -> Iterator[RunState]:
    """A run's state, locked by the process that leads; the others read it."""
    if devices.leads:
        with locked_state(directory) as state:
            devices.any(True)  # the others wait for the lock
            yield state
    else:
        devices.any(True)
        yield RunState(directory)


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
            write_json(directory / RUN, run_record(training, model, material, images, file_digest(directory / WEIGHTS)))
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


def run_record(
    training: Training, model: dict, material: Material, images: Sequence[Images], model_digest: str
) -> dict:
    """What was trained on what: settings, counts and digests, the same whenever the run is repeated.

    `samples` and `dropped` count the run's own subset; `first` says the same of the one that it began with.
    """
    recipe, phases = training.recipe, training.phases
    counts = [
        {"manifest_digest": manifest.digest, "samples": len(read.manifest), "dropped": len(read.undecodable)}
        for manifest, read in zip(material.manifests, images, strict=True)
    ]
    return {
        "recipe": recipe.settings,
        "model": model,
        "seed": training.seed,
        **counts[-1],
        "first": counts[0] if recipe.first_subset else None,
        "start": start_digest(recipe, material.start),
        "samples_seen": recipe.samples_seen,
        "steps": training.position.step,
        "order_digest": order_digest(phases.manifest.uids, phases.order()),
        "final_loss": training.position.curve[-1]["loss"],
        "model_digest": model_digest,
    }


def speed_record(training: Training, startup: float, machine: Machine) -> dict:
    """Wall-clock figures of the training, interruptions left out; `startup` is from the start to the first step.

    The share of time outside the passes is that of this process alone, and None on a GPU, which computes beside it.
    """
    position, on_cpu = training.position, training.devices.device.type == "cpu"
    return {
        "seconds": round(position.seconds, 3),
        "samples_per_second": round(training.recipe.samples_seen / position.seconds, 1),
        "startup_seconds": round(startup, 3),
        "share_outside_passes": round(1 - position.seconds_in_passes / position.seconds, 4) if on_cpu else None,
        "threads": machine.threads,
        "devices": training.devices.size,
    }
