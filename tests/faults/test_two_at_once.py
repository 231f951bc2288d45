"""Two Snakemakes in one folder: the second one says so, and the first is unharmed."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from checkouts import Checkout
from digests import result_digests
from killing import processes

pytestmark = pytest.mark.faults
AGAIN = ("--forcerun", "train_seeds_0_to_1")


def heeding() -> None:
    """Whoever runs the tests may ignore these signals, as in the background or by nohup."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def training(checkout: Checkout) -> Iterator[subprocess.Popen]:
    """Snakemake at work in a checkout whose runs are trained anew, at the moment when a job does so.

    What it says is in the file `said.txt`; it has a process group of its own.
    """
    shutil.rmtree(checkout.folder / "results/state/training")
    with (checkout.folder / "said.txt").open("w") as said:
        snakemake = subprocess.Popen(
            checkout.command(*AGAIN),
            cwd=checkout.folder,
            stdout=said,
            stderr=said,
            start_new_session=True,
            preexec_fn=heeding,
        )
    try:
        while not list((checkout.folder / "results/state/training").glob("*/output")):
            assert snakemake.poll() is None, (checkout.folder / "said.txt").read_text()
            time.sleep(0.05)
        yield snakemake
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(snakemake.pid, signal.SIGKILL)
        snakemake.wait()


def test_the_second_one_says_so_and_the_first_is_unharmed(finished, finished_copy):
    with training(finished_copy) as first:
        looks_on = finished_copy.snakemake("-n")
        assert looks_on.returncode == 0 or "another Snakemake is making" in looks_on.stdout, looks_on.stdout
        second = finished_copy.snakemake(*AGAIN)
        while "a concurrent process has deleted it" in second.stdout:  # just when a job of the first one began
            second = finished_copy.snakemake(*AGAIN)
        assert second.returncode == 1
        assert f"another Snakemake is making the same files in {finished_copy.folder}" in second.stdout
        assert "Traceback" not in second.stdout and len(second.stdout.splitlines()) <= 3, second.stdout
        third = finished_copy.snakemake("results/miniweb/vocabulary.csv", "--forcerun", "write_vocabulary")
        assert third.returncode == 1, "nor one that makes what the first reads"
        assert first.wait(timeout=600) == 0, (finished_copy.folder / "said.txt").read_text()
    assert result_digests(finished_copy.folder) == result_digests(finished.folder)


@pytest.mark.parametrize(
    ("name", "whom"),
    [("SIGTERM", "snakemake"), ("SIGTERM", "group"), ("SIGINT", "group"), ("SIGHUP", "snakemake"), ("SIGHUP", "group")],
)
def test_a_signal_ends_all_and_the_same_command_goes_on(finished, finished_copy, name, whom):
    with training(finished_copy) as snakemake:
        send = os.killpg if whom == "group" else os.kill
        send(snakemake.pid, getattr(signal, name))
        assert snakemake.wait(timeout=600) != 0
        said = (finished_copy.folder / "said.txt").read_text()
        assert "Traceback" not in said, said
        assert "Go on where it stopped: snakemake" in said or "failed" in said, said
        assert not list(processes(finished_copy)), "a job lives on"
    ran = finished_copy.snakemake(*AGAIN)
    assert ran.returncode == 0, ran.stdout
    assert result_digests(finished_copy.folder) == result_digests(finished.folder)
