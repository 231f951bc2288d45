"""SIGKILL in the writing of every stage; the same command then finishes with the same results.

Many more kills, and other faults, are in tests/faults.
"""

import contextlib
import os
import signal
import subprocess
import time

import pytest
from digests import result_digests
from killing import WHOM, Killed, processes
from stages import STAGES

pytestmark = pytest.mark.slow


def test_a_kill_in_every_stage(finished, checkout):
    killed = Killed(checkout, seed=0)
    for number, (stage, of) in enumerate(STAGES.items()):
        killed.in_writing(stage, next(iter(of.commands)), WHOM[number % len(WHOM)])
    killed.finish()
    killed.assert_equal(finished)


def test_snakemake_s_retries_go_on_with_a_killed_training(finished, checkout):
    states = checkout.folder / "results/state/training"
    command = checkout.command("--retries", "1")
    snakemake = subprocess.Popen(
        command, cwd=checkout.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not [*states.glob("*/checkpoint.pt"), *states.glob("*/finished")]:
            assert snakemake.poll() is None, "the workflow ended before a run was trained"
            time.sleep(0.05)
        job = next(processes(checkout, "clipcause.training", "train"))
        os.kill(job, signal.SIGKILL)
        assert snakemake.wait(timeout=1200) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(snakemake.pid, signal.SIGKILL)
    assert result_digests(checkout.folder) == result_digests(finished.folder)
