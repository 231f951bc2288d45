"""What does the training loop cost beside the passes, what does starting it, and what would a plain loop take?

    python tests/benchmarks/training_speed.py

It takes about five minutes on two cores. Every objective whose recipe needs no more keys than the default
configuration gives trains the default model, on one thread, on 6,000 samples of the miniweb that are drawn first.

Share outside the passes: as speed.json tells it, of a job of three seeds of 48,000 samples; mostly the optimiser.
Start-up: all of that job's wall time, as seen from outside, that is not steps: Python and its imports, models, images,
and what is written at the end. The plain loop is what one writes by hand: batches that lie normalised in memory,
forward, open_clip's loss, backward, the same optimiser. It trains the same batches from the same weights to the same
loss, or the benchmark ends. Both loops take turns within one process, first the one, then the other; the ratio is
taken of neighbours, and its median told. A missed target does not end the benchmark.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from open_clip.loss import ClipLoss, SigLipLoss
from printing import Row, print_table, say
from torch import nn
from torch.nn import functional

from clipcause.config import resolve
from clipcause.config.layers import read_layers
from clipcause.errors import UserError
from clipcause.files.tarshards import members, write_shard
from clipcause.miniweb.pool import draw_pages
from clipcause.miniweb.settings import Settings
from clipcause.models.build import build_model, seeded, tokenizer_words
from clipcause.training.checkpoints import RunState
from clipcause.training.devices import Devices
from clipcause.training.loop import Training
from clipcause.training.machine import Machine
from clipcause.training.manifest import read_manifest
from clipcause.training.objectives import OBJECTIVES, Objective
from clipcause.training.optimizer import new_optimizer
from clipcause.training.phases import Phases
from clipcause.training.recipe import Recipe
from clipcause.training.run import new_objective, read_images

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES, SEEDS = 6000, (0, 1, 2)
OUTSIDE, STARTUP = 0.1, 0.2  # targets
STEPS = 200  # of a turn of the two loops
NEVER = 1e9  # seconds


def recipes() -> Iterator[tuple[dict, dict]]:
    """The resolved settings of a recipe of every objective, as the default configuration has it, and of its model."""
    config = read_layers([PROJECT / "config.yaml"])
    for objective in OBJECTIVES:
        recipe = config["recipes"]["clip"] | {"objective": objective}
        try:
            resolved = resolve({"models": config["models"], "recipes": {objective: recipe}})
        except UserError as error:
            say(f"{objective} is left out: {error}")
        else:
            yield resolved["recipes"][objective], resolved["models"][recipe["model"]]


def draw_subset(folder: Path) -> Path:
    """Draw the samples, one shard of them, and write their manifest."""
    config = read_layers([PROJECT / "config.yaml"])
    web = Settings(**resolve({"miniweb": config["miniweb"]})["miniweb"])
    web = replace(web, dead_links=0.0, broken_files=0.0, not_images=0.0, slow_links=0.0)
    pages = {sha256(str(number).encode()).hexdigest()[:20]: page
             for number, page in enumerate(draw_pages("diverse", web, range(SAMPLES)))}  # fmt: skip
    shard, manifest = folder / "00000.tar", folder / "manifest.parquet"
    write_shard(shard, ((f"{uid}.jpg", page.content) for uid, page in pages.items()))
    places = {name.removesuffix(".jpg"): (offset, size) for name, offset, size in members(shard)}
    rows = [
        {
            "uid": uid, "shard": str(shard), "offset": places[uid][0], "size": places[uid][1],
            "caption": page.row["caption"], "label": page.row["label"], "weight": 1.0,
        }
        for uid, page in sorted(pages.items())
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), manifest)
    return manifest


def train(recipe: dict, model: dict, manifest: Path, folder: Path) -> tuple[float, list[dict]]:
    """Train the seeds with the command; its wall time in seconds, and the seeds' speed.json."""
    command = [sys.executable, "-m", "clipcause.training", "train", "--threads", "1", "--code", __file__]
    command += ["--recipe", json.dumps(recipe), "--model", json.dumps(model)]
    command += ["--seeds", *map(str, SEEDS), "--manifests", *[str(manifest)] * len(SEEDS)]
    command += ["--output", str(folder / "runs"), "--state", str(folder / "state")]
    command += ["--tensorboard", str(folder / "boards")]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    wall = time.perf_counter() - began
    return wall, [json.loads((folder / f"runs/seed{seed}/speed.json").read_text()) for seed in SEEDS]


def job_rows(recipe: dict, wall: float, speeds: list[dict]) -> Iterator[Row]:
    steps, startup = sum(each["seconds"] for each in speeds), sum(each["startup_seconds"] for each in speeds)
    outside = sum(each["share_outside_passes"] * each["seconds"] for each in speeds) / steps
    share, name = 1 - steps / wall, recipe["objective"]
    say(f"{name}: {wall:.2f} s, steps {steps:.2f} s, startup_seconds {startup:.2f} s")
    yield Row(f"{name}: share outside the passes", f"{outside:.1%}", "", "", f"< {OUTSIDE:.0%}", outside < OUTSIDE)
    of = f"{wall - steps:.2f} s", f"{wall:.2f} s", f"{share:.1%}"
    yield Row(f"{name}: start-up : a job of {len(SEEDS)} seeds", *of, f"<= {STARTUP:.0%}", share <= STARTUP)
    yield Row(f"{name}: training", f"{recipe['samples_seen'] / median(each['seconds'] for each in speeds):,.0f}/s")


def plain_loss(objective: Objective) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None:
    """The loss of images and rows, without our objective's code; None where no other is at hand."""
    model, name = objective.model, type(objective).__name__
    if name == "Supervised":
        head, targets = objective.head, objective._targets
        return lambda images, rows: functional.cross_entropy(head(model.encode_image(images)), targets[rows])
    loss = {"Clip": ClipLoss, "Siglip": SigLipLoss}.get(name)
    if loss is None:
        return None
    loss, tokens = loss(), objective._tokens
    return lambda images, rows: loss(**model(images, tokens[rows]))


class Turn(NamedTuple):
    """Seconds on the wall and of the processor, and the mean loss of the last steps."""

    wall: float
    cpu: float
    loss: float


def timed(act: Callable[[], object]) -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - used


class Loops:
    """Our loop and a plain one, each with a model of its own that begins alike, on the same batches."""

    def __init__(self, recipe: dict, model: dict, manifest: Path) -> None:
        self.recipe = Recipe.of(recipe | {"samples_seen": STEPS * recipe["batch_size"], "warmup_samples": 640})
        self.model, self.manifest, machine = model, read_manifest(manifest), Machine(threads=1)
        machine.prepare(self.recipe.precision)
        self.words = tokenizer_words(model, self.manifest.captions)
        preprocess = self.build()[1]
        self.phases = Phases(read_images("loops", [self.manifest], preprocess, self.recipe, machine), self.recipe, 0)
        self.batches = [(preprocess(pixels), rows) for rows, pixels in self.phases.batches(0, Devices())]

    def build(self) -> tuple[Objective, object]:
        with seeded(0):
            built = build_model(self.model, self.words)
            return new_objective(self.recipe, built, self.manifest), built.preprocess

    def ours(self) -> Turn:
        objective, preprocess = self.build()
        training = Training("ours", objective, self.phases, preprocess, self.recipe, 0)
        with tempfile.TemporaryDirectory() as state:
            wall, cpu = timed(lambda: training.run(RunState(Path(state)), NEVER))
        return Turn(wall, cpu, training.position.curve[-1]["loss"])

    def plain(self) -> Turn:
        objective, losses = self.build()[0], []
        loss_of = plain_loss(objective)
        wall, cpu = timed(lambda: losses.extend(train_plainly(objective, loss_of, self.recipe, self.batches)))
        every = max(1, self.recipe.steps // 100)
        return Turn(wall, cpu, sum(losses[-every:]) / every)

    def rounds(self, count: int) -> Iterator[tuple[Turn, Turn]]:
        """Ours and the plain one's of each round; which comes first changes every round. A first round warms up."""
        for number in range(count + 1):
            if number % 2:
                theirs, ours = self.plain(), self.ours()
            else:
                ours, theirs = self.ours(), self.plain()
            assert abs(ours.loss - theirs.loss) < 0.01 * theirs.loss, f"the losses differ: {ours} and {theirs}"
            if number:
                yield ours, theirs


def train_plainly(objective: nn.Module, loss_of: Callable, recipe: Recipe, batches: list) -> list[float]:
    """The loop that one writes by hand; the losses of its steps."""
    optimizer = new_optimizer(objective, recipe.optimizer, recipe.weight_decay)
    losses = []
    for step, (images, rows) in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate_at(step)
        optimizer.zero_grad()
        loss = loss_of(images, rows)
        loss.backward()
        optimizer.step()
        objective.after_step((step + 1) / recipe.steps)
        losses.append(loss.item())
    return losses


def loop_rows(name: str, loops: Loops, count: int) -> Iterator[Row]:
    if plain_loss(loops.build()[0]) is None:
        say(f"{name}: no plain loop to compare with")
        return
    rounds = list(loops.rounds(count))
    for what in ("wall", "cpu"):
        pairs = [(getattr(ours, what), getattr(theirs, what)) for ours, theirs in rounds]
        ratios = sorted(ours / theirs for ours, theirs in pairs)
        shown = (f"{median(side) * 1000 / STEPS:.2f} ms" for side in zip(*pairs, strict=True))
        spread = f"{median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"
        yield Row(f"{name}: {what} time of a step, our loop : plain loop", *shown, spread)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10, help="of the two loops")
    parser.add_argument("--objectives", nargs="+", default=list(OBJECTIVES), metavar="NAME", help="only these")
    parser.add_argument("--jobs", action=argparse.BooleanOptionalAction, default=True, help="measure whole jobs too")
    given, rows = parser.parse_args(), []
    with tempfile.TemporaryDirectory() as temporary:
        manifest = draw_subset(Path(temporary))
        for recipe, model in recipes():
            name = recipe["objective"]
            if name not in given.objectives:
                continue
            if given.jobs:
                rows += job_rows(recipe, *train(recipe, model, manifest, Path(temporary) / name))
            rows += loop_rows(name, Loops(recipe, model, manifest), given.rounds)
    print_table(rows)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\nOne thread of {len(os.sched_getaffinity(0))} cores; the machine's load is {load}.")


if __name__ == "__main__":
    main()
