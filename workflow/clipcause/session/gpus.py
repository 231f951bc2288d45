"""No more jobs at a time on this machine's GPUs than there are GPUs."""

import os
import re
from itertools import takewhile
from typing import Any

from clipcause.session.commands import answer

DRIVER = ("nvidia-smi", "-L")
PATIENCE = 60.0  # seconds that it may take to answer
GPU = re.compile(r"\s*(\d|GPU-|MIG-)")  # how CUDA names one; behind any other name it sees none


def share_gpus(workflow: Any) -> None:
    """Hand out this machine's GPUs, unless jobs run elsewhere or the command line says how many there are to take.

    To be called where the configuration has jobs ask for GPUs: Snakemake counts a resource only if it knows its limit.
    """
    resources = workflow.global_resources
    if workflow.is_main_process and workflow.nodes is None and "gpu" not in resources and (count := gpus_here()):
        resources["gpu"] = count


def gpus_here() -> int:
    """How many GPUs jobs can see on this machine, by CUDA_VISIBLE_DEVICES, else as NVIDIA's driver counts them."""
    if (visible := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return sum(1 for _ in takewhile(GPU.match, visible.split(",")))
    answered, said = answer(DRIVER, PATIENCE)
    return len(cards(said)) if answered else 0


def cards(said: str) -> list[str]:
    """The lines of what the driver says of which each is a GPU, not a part of one."""
    return [line for line in said.splitlines() if line.startswith("GPU ")]
