"""How fast does our loop train on a GPU, against open_clip's own trainer on the same shards?

    python tests/benchmarks/gpu_training.py

It takes about half an hour on one GPU, and says why it is skipped where there is none. Both sides train the same
model on the same JPEGs of 256 pixels, which lie in the system's memory, by the same captions, at the same batch, in
bf16 (autocast, weights in fp32), with random crops of at least nine tenths, AdamW, no clipping of gradients, on one
GPU and with as many workers as there are cores: processes of open_clip's `python -m open_clip_train.main`, threads of
ours. Theirs decodes JPEGs. Ours does so too, or has decoded all before the first step: then the better of theirs
counts, on the shards or on the one blank image of its `synthetic` data. Theirs shows a loss every 16 steps, ours reads
every one, as it always does. A rate is in images per second of wall time, from when the loss after a warm-up is known
to when the last one is: of theirs, when the line with it arrives. The sides take turns. The share of peak is of the
floating-point operations of the towers' forward and backward passes, counted by torch. A missed target does not end
the benchmark.

    python tests/benchmarks/gpu_training.py --device cpu --models ViT-S-32-alt --image-size 64 --images 320 \
      --batch 16 --steps 8 --warm-up 4 --every 2 --rounds 1 --precision fp32

goes the same way on a CPU, to try the command; such figures mean nothing.
"""

import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from jpeg_pool import make_pool, warm
from printing import Row, print_table, say

from clipcause.config import resolve
from clipcause.subsets.materialize import materialize

CORES = len(os.sched_getaffinity(0))
TARGET = 0.98
THEIRS = {"bf16": "amp_bf16", "fp32": "fp32"}  # names of precisions
PEAK = {  # dense bf16 operations per second, by a part of the device's name; the more special names first
    "B200": 2250e12, "H200": 989e12, "H100 PCIe": 756e12, "H100 NVL": 835e12, "H100": 989e12, "A100": 312e12,
    "L40S": 362e12, "L40": 181e12, "L4": 121e12, "A40": 150e12, "A10G": 70e12, "A10": 125e12, "RTX 4090": 165e12,
}  # fmt: skip
LINE = re.compile(r"Train Epoch: 0 \[ *(\d+)/")

THEIR_MAIN = """
import runpy
from open_clip_train import data
group = data.group_by_keys_nothrow
data.group_by_keys_nothrow = lambda files, **how: group((file for file in files if "fname" in file), **how)
runpy.run_module("open_clip_train.main", run_name="__main__")
"""
"""`python -m open_clip_train.main`, which cannot do with versions of webdataset that mark the end of a shard."""


@dataclass(frozen=True)
class Task:
    """What both sides do: `steps` steps of `batch` after `warm_up` of them; theirs shows a loss every `every` steps."""

    model: str
    image_size: int | None
    batch: int
    steps: int
    warm_up: int
    every: int
    precision: str
    workers: int

    @property
    def samples(self) -> int:
        return (self.warm_up + self.steps) * self.batch

    def rate(self, times: dict[int, float]) -> float:
        """Images per second, by when so many samples had been trained on."""
        begin = min(seen for seen in times if seen >= self.warm_up * self.batch)
        end = max(times)
        return (end - begin) / (times[end] - times[begin])


def settings(task: Task) -> tuple[dict, dict]:
    """The resolved settings of the recipe and of the model."""
    model = {"architecture": "open_clip", "name": task.model, "image_size": task.image_size}
    recipe = {
        "objective": "clip", "model": "stock", "samples_seen": task.samples, "batch_size": task.batch,
        "learning_rate": 5e-4, "weight_decay": 0.2, "crop": 0.9, "precision": task.precision,
    }  # fmt: skip
    resolved = resolve({"models": {"stock": model}, "recipes": {"stock": recipe}})
    return resolved["recipes"]["stock"], resolved["models"]["stock"]


def train_ours(task: Task, manifest: Path, memory: int) -> tuple[dict[int, float], str, float | None]:
    """Train in this process; when each loss was known, the device's name, and operations per sample."""
    from clipcause.training.loop import Position
    from clipcause.training.machine import Machine
    from clipcause.training.recipe import Recipe
    from clipcause.training.runs import train_runs

    times, (recipe, model), advance = {}, settings(task), Position.advance

    def advanced(position: Position, recipe: Recipe, loss: float) -> dict | None:
        record = advance(position, recipe, loss)
        times[position.step * recipe.batch_size] = time.perf_counter()
        return record

    Position.advance = advanced
    machine = Machine(task.workers, memory, checkpoint_seconds=1e9)
    with tempfile.TemporaryDirectory() as folder:
        output, state = Path(folder) / "runs", Path(folder) / "state"
        train_runs(Recipe.of(recipe), model, [0], [manifest], output, state, [__file__], machine)
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    return times, name, operations(model)


def operations(model: dict) -> float:
    """Floating-point operations of a forward and a backward pass, per sample; the product of the features left out."""
    from torch.utils.flop_counter import FlopCounterMode

    from clipcause.models.build import build_model

    samples, device = 4, "cuda" if torch.cuda.is_available() else "cpu"
    built = build_model(model, [])
    height, width = built.preprocess.height, built.preprocess.width
    images, tokens = torch.rand(samples, 3, height, width), built.tokenizer(["a word"] * samples)
    towers = built.model.to(device).train()
    with FlopCounterMode(display=False) as counter:
        output = towers(images.to(device), tokens.to(device))
        (output["image_features"].sum() + output["text_features"].sum()).backward()
    return counter.get_total_flops() / samples


def train_theirs(task: Task, shards: Path | None) -> dict[int, float]:
    """Train with open_clip's trainer, on shards or on a blank image; when each loss was shown."""
    command = [sys.executable, "-c", THEIR_MAIN, "--model", task.model, "--batch-size", str(task.batch)]
    command += ["--precision", THEIRS[task.precision], "--workers", str(task.workers), "--epochs", "1"]
    command += ["--train-num-samples", str(task.samples), "--warmup", "10", "--save-frequency", "0"]
    command += ["--log-every-n-steps", str(task.every), "--lr", "5e-4", "--wd", "0.2"]
    command += ["--beta1", "0.9", "--beta2", "0.98", "--eps", "1e-6", "--aug-cfg", "scale=(0.9, 1.0)"]
    command += ["--force-image-size", str(task.image_size)] if task.image_size else []
    if shards:
        names = sorted(shards.glob("*.tar"))
        command += ["--dataset-type", "webdataset", "--train-data"]
        command += [f"{shards}/{{{names[0].stem}..{names[-1].stem}}}.tar"]
    else:
        command += ["--dataset-type", "synthetic"]
    times, said = {}, []
    with tempfile.TemporaryDirectory() as folder:
        command += ["--logs", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in process.stdout:
            said.append(line)
            if found := LINE.search(line):
                times[int(found[1])] = time.perf_counter()
        if process.wait():
            raise SystemExit(f"{' '.join(command)}\n{''.join(said[-30:])}")
    assert max(times, default=0) >= task.samples, f"open_clip trained on {max(times, default=0)} of {task.samples}"
    return times


def alone(work: partial) -> object:
    """Do work in a process of its own, which leaves the GPU empty."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work)


def compare(task: Task, manifest: Path, shards: Path, memory: int, rounds: int) -> list[Row]:
    """The rows of one model."""
    rates: dict[str, list[float]] = {"JPEG": [], "pre-decoded": [], "their JPEG": [], "their blank image": []}
    name = work = None
    for number in range(rounds):
        sides = [
            ("JPEG", manifest, 0),
            ("their JPEG", shards),
            ("pre-decoded", manifest, memory),
            ("their blank image",),
        ]
        for side, *given in sides if number % 2 == 0 else reversed(sides):
            if side.startswith("their"):
                times = train_theirs(task, *(given or [None]))
            else:
                times, name, work = alone(partial(train_ours, task, *given))
            rates[side].append(task.rate(times))
            say(f"{task.model}, round {number + 1}, {side}: {rates[side][-1]:,.0f} images/s")
    theirs = {
        "JPEG": rates["their JPEG"],
        "pre-decoded": list(map(max, rates["their JPEG"], rates["their blank image"])),
    }
    rows = []
    for side, other in theirs.items():
        ratio = median(one / two for one, two in zip(rates[side], other, strict=True))
        what = f"{task.model}, {side}, batch {task.batch}, {task.precision}"
        shown = f"{median(rates[side]):,.0f}/s", f"{median(other):,.0f}/s", f"{ratio:.3f}"
        rows.append(Row(f"{what}: images", *shown, f">= {TARGET}", ratio >= TARGET))
        peak = next((peak for part, peak in PEAK.items() if part in name), None)
        shares = [f"{median(side) * work / peak:.1%}" if peak else "unknown" for side in (rates[side], other)]
        rows.append(Row(f"{what}: share of peak of {name}", *shares))
    return rows


def write_manifest(index: Path, manifest: Path) -> Path:
    """All of a pool as a manifest."""
    table = pq.read_table(index, columns=["uid", "shard", "offset", "size", "caption", "label"]).sort_by("uid")
    pq.write_table(table.append_column("weight", pa.array([1.0] * len(table))), manifest)
    return manifest


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="cpu only tries the command")
    parser.add_argument("--models", nargs="+", default=["RN50", "ViT-B-32"], help="of open_clip's configs")
    parser.add_argument("--image-size", type=int, help="pixels, instead of the model's own")
    parser.add_argument("--images", type=int, default=100_000, help="of the pool")
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=96, help="that are timed")
    parser.add_argument("--warm-up", type=int, default=32, help="steps before them")
    parser.add_argument("--every", type=int, default=16, help="steps between two losses that theirs shows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", choices=list(THEIRS), default="bf16")
    parser.add_argument("--memory-gb", type=float, default=32, help="for decoded images")
    parser.add_argument("--workers", type=int, default=CORES, help="threads of ours, processes of theirs")
    parser.add_argument("--folder", type=Path, help="to keep the pool, and to find it again")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if given.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # of the processes that train
    elif not torch.cuda.is_available():
        print("Skipped: torch finds no GPU here. --device cpu tries the command; --help says how.")
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        index = make_pool(given.folder or work / "pool", given.images, CORES)
        manifest = write_manifest(index, work / "manifest.parquet")
        materialize(manifest, work / "shards", max(1, given.images // (4 * given.workers)), CORES)
        warm(index.parent)
        warm(work / "shards")
        for model in given.models:
            task = Task(model, given.image_size, given.batch, given.steps, given.warm_up, given.every,
                        given.precision, given.workers)  # fmt: skip
            rows += compare(task, manifest, work / "shards", int(given.memory_gb * 1e9), given.rounds)
    print_table(rows)
    print(f"\n{given.workers} workers, medians of {given.rounds} rounds of {given.steps} steps.")
    if given.device == "cpu":
        print("On a CPU: the command works, the figures mean nothing.")


if __name__ == "__main__":
    main()
