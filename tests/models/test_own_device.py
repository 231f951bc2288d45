"""Jobs that run side by side take a GPU each; the GPUs are made up, the processes and their locks are real."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
import torch

from clipcause.errors import UserError
from clipcause.models.device import own_device

JOB = """
import sys
from types import SimpleNamespace
import torch
from clipcause.models.device import own_device

visible = sys.argv[1].split(",")
torch.cuda.is_available = lambda: True
torch.cuda.device_count = lambda: len(visible)
torch.cuda.get_device_properties = lambda gpu: SimpleNamespace(uuid=visible[gpu])
torch.cuda.set_device = lambda device: None
device = own_device()
assert own_device() is device
print(device, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Start a job that sees these GPUs: its process, and the device that it took."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with ExitStack() as running:

        def start(visible: str = "GPU-a,GPU-b") -> tuple[subprocess.Popen, str]:
            process = subprocess.Popen(
                [sys.executable, "-c", JOB, visible], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            running.callback(process.wait)
            running.callback(process.kill)
            return process, process.stdout.readline().strip()

        yield start


def made_up(monkeypatch, *gpus: str) -> None:
    """Have this process see these GPUs."""
    for name, value in (("is_available", True), ("device_count", len(gpus)), ("set_device", None)):
        monkeypatch.setattr(torch.cuda, name, lambda *_, value=value: value)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda gpu: SimpleNamespace(uuid=gpus[gpu]))
    own_device.cache_clear()


def test_jobs_side_by_side_take_a_gpu_each_and_the_first_is_shared_when_there_is_no_more(job):
    assert [job()[1] for _ in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]


def test_a_gpu_is_free_again_when_its_job_ended_however_that_was(job):
    first, device = job()
    assert (device, job()[1]) == ("cuda:0", "cuda:1")
    first.kill()
    first.wait()
    assert job()[1] == "cuda:0"


def test_a_gpu_is_the_same_whatever_number_a_job_sees_it_under(job):
    assert job("GPU-a,GPU-b")[1] == "cuda:0"
    assert job("GPU-b,GPU-a")[1] == "cuda:0"
    assert job("GPU-a,GPU-b,GPU-c")[1] == "cuda:2"


@pytest.mark.parametrize("there", [lambda lock: lock.symlink_to("/etc/passwd"), lambda lock: lock.mkdir()])
def test_a_lock_that_cannot_be_held_is_named_with_what_to_do(monkeypatch, tmp_path, there):
    there(tmp_path / f"clipcause-{os.getuid()}-gpu-GPU-a.lock")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made_up(monkeypatch, "GPU-a", "GPU-b")
    with pytest.raises(UserError, match=r"gpu-GPU-a.lock: jobs cannot tell .* set TMPDIR to a folder of your own"):
        own_device()


def test_a_single_gpu_is_taken_as_it_is(monkeypatch):
    """As on a cluster, which hands GPUs out itself."""
    made_up(monkeypatch, "GPU-a")
    assert own_device() == torch.device("cuda", 0)
    own_device.cache_clear()
