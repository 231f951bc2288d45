"""One run from manifest to outputs, and several in one process.

OUTPUT/seed{seed}/model.safetensors, model.json    the trained model (see clipcause.models.trained)
OUTPUT/seed{seed}/log.jsonl                        the learning curve: step, samples_seen, loss, learning_rate
OUTPUT/seed{seed}/speed.json                       wall-clock figures, the one file that differs between repeats
OUTPUT/seed{seed}/run.json                         what was trained on what, digests; written last
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from clipcause.command import log
from clipcause.errors import UserError
from clipcause.models.build import build_model, seeded, tokenizer_words
from clipcause.models.trained import WEIGHTS, save_model
from clipcause.outputs import file_digest, settings_digest, write_json, write_text
from clipcause.progress import Progress
from clipcause.training.checkpoints import RUN, RunState, locked_state
from clipcause.training.images import Images
from clipcause.training.loop import Training
from clipcause.training.machine import Machine
from clipcause.training.manifest import Manifest, read_manifest
from clipcause.training.objectives import OBJECTIVES
from clipcause.training.order import order_digest
from clipcause.training.recipe import Recipe


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
) -> None:
    """Train one run per seed, each on its own manifest, one after another.

    `model` holds resolved model settings; `code` are the files whose edit makes a run another one; `began`, on the
    monotonic clock, is when the process did. A run that `state` holds finished is not trained again.
    Raises UserError if there is not one manifest per seed, or for what `train_run` raises it.
    """
    if len(seeds) != len(manifests):
        raise UserError(f"{len(seeds)} seeds but {len(manifests)} manifests; give one per seed, in the same order")
    machine.prepare()
    output = Path(output)
    code_digests = {Path(path).as_posix(): file_digest(path) for path in code}
    for number, (seed, path) in enumerate(zip(seeds, manifests, strict=True), start=1):
        began = time.monotonic() if began is None else began
        name = f"{'/'.join(output.parts[-2:])} seed {seed} ({number} of {len(seeds)})"
        manifest = read_manifest(path)
        with locked_state(Path(state) / run_key(recipe, model, seed, manifest, code_digests)) as run_state:
            if run_state.is_finished():
                log.info("%s: trained before, its files are taken from %s", name, state)
            else:
                train_run(name, recipe, model, seed, manifest, run_state, machine, began)
            run_state.emit(output / f"seed{seed}")
        began = None


def run_key(recipe: Recipe, model: dict, seed: int, manifest: Manifest, code: dict[str, str]) -> str:
    """The name of a run's state: a digest of all that decides its result."""
    return settings_digest(
        {
            "recipe": asdict(recipe),
            "model": model,
            "seed": seed,
            "manifest": manifest.digest,
            "code": code,
            "torch": torch.__version__,
        }
    )


def train_run(
    name: str,
    recipe: Recipe,
    model: dict,
    seed: int,
    manifest: Manifest,
    state: RunState,
    machine: Machine,
    began: float,
) -> None:
    """Train one run, from its checkpoint if it has one, and keep its files in `state`. `name` is for people.

    Raises UserError if the architecture or objective is unknown, too many images are undecodable, the subset is
    smaller than a batch or lacks what the objective needs, or the loss stops being a number.
    """
    if recipe.objective not in OBJECTIVES:
        raise UserError(f"objective {recipe.objective!r} is unknown; it is one of {', '.join(OBJECTIVES)}")
    words = tokenizer_words(model, (caption for caption in manifest.captions if caption is not None))
    with seeded(seed):
        built = build_model(model, words)
        reading = Progress(f"{name}: reading images", len(manifest), "images")
        images = Images(manifest, built.preprocess, machine.threads, machine.image_memory, reading)
        check_images(manifest, images, recipe)
        objective = OBJECTIVES[recipe.objective](built, images.manifest)
        training = Training(name, objective, images, built.preprocess, recipe, seed)
        startup = time.monotonic() - began
        training.run(state, machine.checkpoint_seconds)
    with state.finishing() as directory:
        save_model(directory, built, recipe.objective, objective.head, objective.classes)
        write_text(directory / "log.jsonl", "".join(json.dumps(line) + "\n" for line in training.position.curve))
        write_json(directory / "speed.json", speed_record(training, startup, machine))
        write_json(directory / RUN, run_record(training, model, manifest, file_digest(directory / WEIGHTS)))
    log.info("%s: done, %s samples/s", name, f"{recipe.samples_seen / training.position.seconds:,.0f}")


def check_images(manifest: Manifest, images: Images, recipe: Recipe) -> None:
    """Name the undecodable images in the log; raise UserError if they are too many or the rest makes no batch."""
    dropped = images.undecodable
    if dropped:
        log.warning("%s: %d undecodable images are dropped: %s", manifest.path, len(dropped), " ".join(dropped))
    if len(dropped) > recipe.max_undecodable * len(manifest):
        raise UserError(
            f"{manifest.path}: {len(dropped)} of {len(manifest)} images are undecodable, more than max_undecodable "
            f"{recipe.max_undecodable:g} allows: {' '.join(dropped)}; drop them from the pool or raise max_undecodable"
        )
    if len(images.manifest) < recipe.batch_size:
        raise UserError(
            f"{manifest.path}: {len(images.manifest)} samples do not fill a batch of {recipe.batch_size}; "
            "lower batch_size or make a larger subset"
        )


def run_record(training: Training, model: dict, manifest: Manifest, model_digest: str) -> dict:
    """What was trained on what: settings, counts and digests, the same whenever the run is repeated."""
    recipe, samples = training.recipe, training.images.manifest
    return {
        "recipe": asdict(recipe),
        "model": model,
        "seed": training.seed,
        "manifest_digest": manifest.digest,
        "samples": len(samples),
        "dropped": len(training.images.undecodable),
        "samples_seen": recipe.samples_seen,
        "steps": training.position.step,
        "order_digest": order_digest(samples.uids, training.order()),
        "final_loss": training.position.curve[-1]["loss"],
        "model_digest": model_digest,
    }


def speed_record(training: Training, startup: float, machine: Machine) -> dict:
    """Wall-clock figures of the training, interruptions left out; `startup` is from the start to the first step."""
    position = training.position
    return {
        "seconds": round(position.seconds, 3),
        "samples_per_second": round(training.recipe.samples_seen / position.seconds, 1),
        "startup_seconds": round(startup, 3),
        "share_outside_passes": round(1 - position.seconds_in_passes / position.seconds, 4),
        "threads": machine.threads,
    }
