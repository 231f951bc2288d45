"""Two processes that share every batch, interrupted as one."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from checkpoints_seen import wait_for_checkpoints

pytestmark = pytest.mark.slow

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "--"]


@pytest.fixture
def start(make_manifest, make_recipe, tiny, tmp_path):
    """Start a run of two processes into an output folder."""
    manifest = make_manifest(samples=43)
    (tmp_path / "code.py").write_text("code")

    def start(output, state):
        recipe = make_recipe(objective="siglip", devices=2, samples_seen=4000, crop=0.7)
        command = [*TORCHRUN, "clipcause.training", "train", "--seeds", "0", "--manifests", str(manifest)]
        command += ["--recipe", json.dumps(recipe.settings), "--model", json.dumps(tiny), "--threads", "2"]
        command += ["--output", str(tmp_path / output), "--state", str(tmp_path / state)]
        command += ["--code", str(tmp_path / "code.py"), "--checkpoint-seconds", "0"]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    return start


def kill_all(words):
    """SIGKILL every process whose command line holds these words: torchrun's children are in sessions of their own."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if words.encode() in (process / "cmdline").read_bytes() and int(process.name) != os.getpid():
                os.kill(int(process.name), signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_two_processes_go_on_to_the_same_bytes(start, assert_same_bytes, tmp_path, number):
    """All of them killed, or the one that started them asked to stop: the next two go on after the last checkpoint."""
    process = start("resumed", "state")
    wait_for_checkpoints(tmp_path / "state", 3)
    if number == signal.SIGKILL:
        kill_all(str(tmp_path / "state"))
    else:
        process.terminate()
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not (tmp_path / "resumed").exists()
    for output, state in (("resumed", "state"), ("undisturbed", "other")):
        process = start(output, state)
        _, printed = process.communicate(timeout=300)
        assert process.returncode == 0, printed
        assert ("training goes on after step" in printed) == (output == "resumed")
    assert_same_bytes(tmp_path / "resumed" / "seed0", tmp_path / "undisturbed" / "seed0")
