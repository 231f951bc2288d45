"""The gradients that one batch gives a freshly built model; as a script, one of the processes that share the batch.

python -m torch.distributed.run --nproc-per-node 2 batch_gradients.py MANIFEST MODEL OUTPUT RECIPE [RECIPE ...]
"""

import json
import sys
from pathlib import Path

import torch

from clipcause.models.build import ClipModel, build_model, seeded, tokenizer_words
from clipcause.training.devices import Devices, joined_devices
from clipcause.training.manifest import read_manifest
from clipcause.training.objectives import OBJECTIVES
from clipcause.training.passes import Passes
from clipcause.training.recipe import Recipe

ROWS = torch.arange(4, 12)


def gradients_of(
    manifest: Path, model: dict, recipe: Recipe, devices: Devices
) -> tuple[float, dict[str, torch.Tensor], ClipModel]:
    """The loss of rows 4 to 11 with made-up pixels, the gradient of every parameter, and the model."""
    samples = read_manifest(manifest)
    with seeded(0):
        built = build_model(model, tokenizer_words(model, samples.captions))
        objective = OBJECTIVES[recipe.objective](built, samples, recipe.own)
    passes = Passes(objective, built.preprocess, recipe, devices, torch.amp.GradScaler("cpu", enabled=False))
    pixels = torch.randint(0, 256, (8, 12, 12, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))
    loss = passes.backward(devices.part(ROWS), devices.part(pixels), seed=5)
    return loss.item(), {name: p.grad for name, p in objective.named_parameters() if p.grad is not None}, built


def main(manifest: str, model: str, output: str, *recipes: str) -> None:
    """Save the losses and gradients of every recipe, as the process that leads has them."""
    wanted = [Recipe.of(json.loads(recipe)) for recipe in recipes]
    with joined_devices(2) as devices:
        found = [gradients_of(Path(manifest), json.loads(model), recipe, devices)[:2] for recipe in wanted]
        if devices.leads:
            torch.save(found, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
