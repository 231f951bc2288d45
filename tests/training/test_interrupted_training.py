import json
import os
import signal
import subprocess
import sys

import pytest
from checkpoints_seen import wait_for_checkpoints

from clipcause.job.progress import Progress
from clipcause.training.signals import deferred_signals

SAMPLES_SEEN = 800  # 100 steps


DINO = {"objective": "dino", "hidden": 12, "bottleneck": 6, "prototypes": 30, "prototypes_per_step": 20, "crop": 0.5}


@pytest.mark.parametrize(
    "recipe",
    [{"reading": "random"}, {"reading": "blocks"}, DINO],
    ids=["random", "blocks", "dino"],
)
def test_a_killed_run_goes_on_to_the_same_bytes(
    train, assert_same_bytes, make_manifest, make_recipe, tiny, tmp_path, caplog, recipe
):
    manifest = make_manifest(samples=43)
    command = [sys.executable, "-m", "clipcause.training", "train"]
    command += ["--recipe", json.dumps(make_recipe(samples_seen=SAMPLES_SEEN, **recipe).settings)]
    command += ["--model", json.dumps(tiny), "--seeds", "0", "--manifests", str(manifest), "--image-memory", "0"]
    command += ["--output", str(tmp_path / "runs" / "killed"), "--state", str(tmp_path / "state")]
    command += ["--code", str(tmp_path / "code.py"), "--threads", "1", "--checkpoint-seconds", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_for_checkpoints(tmp_path / "state", 3)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "runs" / "killed").exists()

    caplog.set_level("INFO")
    resumed = train([manifest], "resumed", samples_seen=SAMPLES_SEEN, **recipe)
    assert "training goes on after step" in caplog.text
    undisturbed = train([manifest], "undisturbed", "other_state", samples_seen=SAMPLES_SEEN, **recipe)
    assert_same_bytes(resumed / "seed0", undisturbed / "seed0")


def test_sigterm_keeps_a_checkpoint_then_takes_its_course(train, assert_same_bytes, make_manifest, monkeypatch, caplog):
    manifest = make_manifest(samples=43)

    def send_sigterm(progress, done):
        if done == SAMPLES_SEEN // 2:
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "update", send_sigterm)
        previous = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(99))
        try:
            with pytest.raises(SystemExit, match="99"):
                train([manifest], "stopped", samples_seen=SAMPLES_SEEN)
        finally:
            signal.signal(signal.SIGTERM, previous)
    caplog.set_level("INFO")
    resumed = train([manifest], "stopped", samples_seen=SAMPLES_SEEN)
    assert "training goes on after step 50 of 100" in caplog.text
    undisturbed = train([manifest], "undisturbed", "other_state", samples_seen=SAMPLES_SEEN)
    assert_same_bytes(resumed / "seed0", undisturbed / "seed0")


@pytest.fixture
def answered():
    """Ctrl-C raises KeyboardInterrupt, even where whoever started the tests in the background ignores it."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def test_signals_wait_for_the_end_of_the_block(answered):
    steps = []
    with pytest.raises(KeyboardInterrupt):
        with deferred_signals() as arrived:
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("the block ends")
        steps.append("never")
    assert (steps, arrived) == (["the block ends"], [signal.SIGINT])


def test_ignored_signals_stay_ignored():
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred_signals() as arrived:
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert arrived == []
