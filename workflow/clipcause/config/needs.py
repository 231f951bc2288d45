"""What rules ask for the machines of their jobs: memory and time by attempt, GPUs, nodes, software."""

from collections.abc import Callable


def growing(amount: int) -> Callable:
    """A resource of which every further attempt of a job gets more: it may have been killed for want of it."""

    def by_attempt(wildcards: object, attempt: int) -> int:
        return amount * attempt

    return by_attempt


def environment(config: dict) -> str:
    """The conda environment of jobs with a model, seen from the rules: with CUDA if the configuration has GPUs."""
    return "../../envs/cuda.yaml" if config["gpu"] else "../../envs/cpu.yaml"


def gpus(config: dict, devices: int = 1) -> int:
    """The GPUs that a job with a model on so many devices asks for: none unless the configuration has some."""
    return devices if config["gpu"] else 0


def training_gpus(config: dict, recipe: str) -> int:
    """The GPUs of a training on all its nodes together: one per device."""
    return gpus(config, config["recipes"][recipe]["devices"])


def training_threads(config: dict, recipe: str) -> int:
    """The cores of a training on each of its nodes: one per device there."""
    settings = config["recipes"][recipe]
    return settings["devices"] // settings["nodes"]


def training_nodes(config: dict, recipe: str) -> int:
    """The machines that the devices of a training are spread over."""
    return config["recipes"][recipe]["nodes"]


def training_mpi(config: dict, recipe: str) -> str | None:
    """How SLURM's plugin knows that a job starts its processes on several nodes by itself; None on one node."""
    return "srun" if training_nodes(config, recipe) > 1 else None


def training_extra(config: dict, recipe: str) -> str | None:
    """That each node of a training give as many GPUs as it has devices; None without GPUs or on one node."""
    nodes, gpus_in_all = training_nodes(config, recipe), training_gpus(config, recipe)
    return f"--gpus-per-node={gpus_in_all // nodes}" if nodes > 1 and gpus_in_all else None
