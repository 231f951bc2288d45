"""What a finished run says of itself."""

from collections.abc import Sequence
from pathlib import Path

from clipcause.training.images import Images
from clipcause.training.loop import Training
from clipcause.training.machine import Machine
from clipcause.training.order import order_digest
from clipcause.training.start import start_digest


def run_record(
    training: Training, model: dict, images: Sequence[Images], start: Path | None, model_digest: str
) -> dict:
    """What was trained on what: settings, counts and digests, the same whenever the run is repeated.

    `images` are those of the subset that it began with, where it has one, and of its own; `start` is the folder of the
    run that it started from.

    `samples` and `dropped` count the run's own subset; `first` says the same of the one that it began with.
    """
    recipe, phases = training.recipe, training.phases
    counts = [
        {"manifest_digest": of.manifest.digest, "samples": len(of.manifest), "dropped": len(of.undecodable)}
        for of in images
    ]
    return {
        "recipe": recipe.settings,
        "model": model,
        "seed": training.seed,
        **counts[-1],
        "first": counts[0] if recipe.first_subset else None,
        "start": start_digest(recipe, start),
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
