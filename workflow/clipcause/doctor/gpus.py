"""GPUs, their driver, and whether torch sees them."""

import sys
from collections.abc import Iterator

from clipcause.doctor.finding import Finding, ok, problem
from clipcause.session.commands import answer, there
from clipcause.session.gpus import DRIVER, PATIENCE, cards

ASK_TORCH = "import torch; print(torch.__version__, torch.version.cuda, torch.cuda.device_count())"
IMPORTING = 120.0  # seconds: torch from a cold disk


def check_gpus(wanted: int, elsewhere: bool = False) -> Iterator[Finding]:
    """What GPUs there are can be used; `wanted` is the most that a job asks for.

    `elsewhere` if jobs run on a cluster, whose nodes may have what this machine has not.
    """
    if elsewhere:
        yield ok("gpu", "jobs run on the cluster; what its nodes have is asked of SLURM")
        return
    listed, said = answer(DRIVER, PATIENCE) if there(DRIVER[0]) else (False, "")
    found = cards(said) if listed else []
    asked, told = answer([sys.executable, "-c", ASK_TORCH], IMPORTING)
    if not asked:
        last = told.splitlines()[-1] if told else "nothing"
        yield problem("gpu", f"torch can't be imported: {last}", "pip install -c envs/constraints.txt -e .")
        return
    version, cuda, count = told.splitlines()[-1].split()
    seen = int(count)
    if there(DRIVER[0]) and not listed:
        yield problem(
            "gpu",
            f"the driver does not answer: {said.splitlines()[0] if said else 'nothing'}",
            "load or reinstall the NVIDIA driver, or ask who runs the machine",
        )
    elif found and cuda == "None":
        yield problem(
            "gpu", f"{len(found)} GPUs, and torch {version} is built without CUDA", "install a build of torch with CUDA"
        )
    elif found and not seen:
        yield problem(
            "gpu",
            f"{len(found)} GPUs, and torch {version} for CUDA {cuda} sees none",
            "a driver new enough for that CUDA (nvidia-smi shows its newest), or unset CUDA_VISIBLE_DEVICES",
        )
    elif wanted > seen:
        yield problem(
            "gpu",
            f"a job asks for {wanted} GPUs, and {seen} are there",
            "run on a machine or cluster that has them, or set devices lower",
        )
    elif seen:
        yield ok("gpu", f"torch {version} sees {seen} of {len(found) or seen}")
    else:
        yield ok("gpu", "none; everything runs on the processor")
