"""SIGKILL during download, training and evaluation; the same command then finishes with the same results."""

import contextlib
import os
import signal
import subprocess
import time

import pytest
from digests import result_digests

pytestmark = pytest.mark.slow


def kill_when(checkout, seen, whom: str, *arguments: str) -> int:
    """Start the workflow, wait until `seen(processes)` names a process id, and SIGKILL it or Snakemake itself.

    Returns how Snakemake ends.
    """
    snakemake = subprocess.Popen(
        checkout.command(*arguments),
        cwd=checkout.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 600
        while True:
            assert snakemake.poll() is None, "the workflow ended before the moment to kill"
            assert time.monotonic() < until, "the moment to kill never came"
            victim = seen(checkout)
            if victim:
                break
            time.sleep(0.05)
        os.kill(snakemake.pid if whom == "snakemake" else victim, signal.SIGKILL)
        return snakemake.wait(timeout=600)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(snakemake.pid, signal.SIGKILL)


def process(checkout, *words: str) -> int | None:
    """The id of a Python process that runs in the checkout with all of `words` on its command line."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read().decode(errors="replace").split("\0")
                inside = os.readlink(f"/proc/{entry}/cwd") == str(checkout.folder)
            except OSError:
                continue
            if (
                inside
                and line[0].endswith(("python", "python3", "python3.11", "python3.12"))
                and set(words) <= set(line)
            ):
                return int(entry)
    return None


def downloading(checkout):
    fetched = list((checkout.folder / "results/pools/diverse/chunks").glob(".0.*.work/shards/*"))
    return process(checkout, "clipcause.pools", "download") if fetched else None


def training(checkout):
    states = checkout.folder / "results/state/training"
    begun = [*states.glob("*/checkpoint.pt"), *states.glob("*/finished")]
    return process(checkout, "clipcause.training", "train") if begun else None


def evaluating(checkout):
    return process(checkout, "clipcause.evaluation", "encode") or process(checkout, "clipcause.evaluation", "evaluate")


@pytest.mark.parametrize("whom", ["job", "snakemake"])
@pytest.mark.parametrize("stage", [downloading, training, evaluating])
def test_the_same_command_finishes_with_the_same_results(finished, checkout, stage, whom):
    assert kill_when(checkout, stage, whom) != 0
    ran = checkout.snakemake()
    assert ran.returncode == 0, ran.stdout
    assert result_digests(checkout.folder) == result_digests(finished.folder)


def test_snakemake_s_retries_go_on_with_a_killed_training(finished, checkout):
    assert kill_when(checkout, training, "job", "--retries", "1") == 0
    assert result_digests(checkout.folder) == result_digests(finished.folder)
