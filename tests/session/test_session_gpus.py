"""A run on one machine hands out its GPUs: what Snakemake is told, and by whom they are counted."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from clipcause.session.gpus import gpus_here, share_gpus

ROOT = Path(__file__).parents[2]
SNAKEFILE = f"""
import sys
sys.path.insert(0, "{ROOT}/workflow")
from clipcause import session
session.share_gpus(workflow)
rule all:
    input: expand("{{number}}", number=range(4))
rule compute:
    output: "{{number}}"
    resources: gpu=1
    shell: "echo begin >> times; sleep 1; echo end >> times; touch {{output}}"
"""
LISTED = "GPU 0: NVIDIA A100 (UUID: GPU-1)\\n  MIG 1g.5gb Device 0: (UUID: MIG-1)\\nGPU 1: NVIDIA A100 (UUID: GPU-2)\\n"


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Put a program in the place of NVIDIA's."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def says(script: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return says


@pytest.mark.parametrize(
    ("visible", "count"),
    [
        ("0,1", 2),
        ("GPU-1", 1),
        ("", 0),
        ("-1", 0),
        (" 3 , 5 ,7", 3),
        ("MIG-1,MIG-2", 2),
        ("0,-1,1", 1),  # CUDA sees none behind what it does not know
        ("NoDevFiles", 0),
    ],
)
def test_what_the_environment_lets_jobs_see_counts(driver, monkeypatch, visible, count):
    driver(f"printf '{LISTED}'")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus_here() == count


@pytest.mark.parametrize(("script", "count"), [(f"printf '{LISTED}'", 2), ("echo 'No devices were found'; exit 6", 0)])
def test_else_the_driver_counts_them(driver, script, count):
    driver(script)
    assert gpus_here() == count


def test_without_a_driver_there_are_none(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpus_here() == 0


@pytest.mark.parametrize(
    ("main", "nodes", "given", "limit"),
    [
        (True, None, {}, {"gpu": 2}),
        (True, None, {"gpu": 1}, {"gpu": 1}),  # as the command line has it
        (True, 50, {}, {}),  # on a cluster
        (False, None, {}, {}),  # a job's own Snakemake
    ],
)
def test_a_run_on_this_machine_has_as_many_as_there_are(monkeypatch, main, nodes, given, limit):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    workflow = SimpleNamespace(is_main_process=main, nodes=nodes, global_resources=dict(given))
    share_gpus(workflow)
    assert workflow.global_resources == limit


def test_without_gpus_nothing_is_limited(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    workflow = SimpleNamespace(is_main_process=True, nodes=None, global_resources={})
    share_gpus(workflow)
    assert workflow.global_resources == {}


@pytest.mark.parametrize("flags", [(), ("--resources", "gpu=1")])
def test_snakemake_starts_no_more_jobs_at_a_time(tmp_path, monkeypatch, flags):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    command = [sys.executable, "-m", "snakemake", "--cores", "8", "--quiet", *flags]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    running = most = 0
    for said in (tmp_path / "times").read_text().split():
        running += 1 if said == "begin" else -1
        most = max(most, running)
    assert most == (1 if flags else 2)
