"""Several runs of one recipe on one subset, in one process or shared by several."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, settings_digest
from clipcause.job.command import log
from clipcause.training.checkpoints import RunState, locked_state
from clipcause.training.devices import Devices, joined_devices
from clipcause.training.machine import Machine
from clipcause.training.manifest import read_manifest
from clipcause.training.recipe import Recipe
from clipcause.training.run import Material, train_run
from clipcause.training.start import start_digest


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
