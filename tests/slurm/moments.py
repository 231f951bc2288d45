"""The moment at which a training is at work, held fast: its process is stopped, so that no test hangs on speed."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from on_slurm import OnSlurm

from clipcause.session.progress_lines import read_line


def wait_for(what: str, on_slurm: OnSlurm, seen: Callable, seconds: float = 300.0):
    """Wait until `seen()` gives something, while Snakemake is at work, and return it."""
    until = time.monotonic() + seconds
    while not (found := seen()):
        assert on_slurm.process.poll() is None, f"before {what} Snakemake ended:\n{on_slurm.printed}"
        assert time.monotonic() < until, f"{what} never came:\n{on_slurm.printed}"
        time.sleep(0.1)
    return found


def freeze_training(on_slurm: OnSlurm, recipe: str) -> int:
    """Wait until the training by a recipe has made its first steps, and stop its process, whose id is returned."""
    folder = on_slurm.folder
    log = folder / f"results/logs/train/longtail.{recipe}.seeds0to0.log"
    process = wait_for("the training", on_slurm, lambda: _has_progress(log) and _process(folder, log))
    os.kill(process, signal.SIGSTOP)
    return process


def _has_progress(log: Path) -> bool:
    with suppress(OSError):
        return any((line := read_line(text)) and line.share for text in log.read_text().splitlines())
    return False


def _process(folder: Path, log: Path) -> int | None:
    """The process that trains and writes this log; it runs in the folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            ours = words[1:3] == ["-m", "clipcause.training"] and str(log.relative_to(folder)) in words
            if ours and os.readlink(entry / "cwd") == str(folder):
                return int(entry.name)
    return None
