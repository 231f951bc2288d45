"""What rules ask of a resolved configuration about training: what a run reads, and what starts it."""

from collections.abc import Iterable

from clipcause.config.plan import manifests, seeds_of
from clipcause.config.recipes import trained

# Where the processes of a job on several machines meet: on its first one, at a port that no other job has.
_PORT = "$((20000 + SLURM_JOB_ID % 10000))"


def own_code(config: dict, recipe: str) -> list[str]:
    """The files of the user's own that the training by a recipe runs."""
    settings = config["recipes"][recipe]
    return [settings["module"]] if settings["objective"] == "custom" else []


def first_manifests(config: dict, recipe: str, seeds: Iterable[int]) -> list[str]:
    """The manifests that the runs of a recipe begin with; none if it begins with its own."""
    first = config["recipes"][recipe]["first_subset"]
    return manifests(config, first, seeds) if first else []


def starts(config: dict, recipe: str, seeds: Iterable[int]) -> list[str]:
    """The folders of the runs that the runs of a recipe start from; none if it starts from none of ours."""
    start = config["recipes"][recipe]["start"]
    if start["source"] != "run":
        return []
    run = f"results/runs/{start['subset']}/{start['recipe']}"
    return [f"{run}/seed{seed}" for seed in _start_seeds(config, start["recipe"], seeds)]


def seen_manifests(config: dict, subset: str, recipe: str, seeds: Iterable[int]) -> list[str]:
    """All manifests behind runs: of their subset, of the one they begin with, and behind the runs they start from.

    None for a model that others trained: it has not seen the subset that its arm is set against.
    """
    if recipe not in trained(config):
        return []
    found = manifests(config, subset, seeds) + first_manifests(config, recipe, seeds)
    start = config["recipes"][recipe]["start"]
    if start["source"] == "run":
        theirs = _start_seeds(config, start["recipe"], seeds)
        found += seen_manifests(config, start["subset"], start["recipe"], theirs)
    return list(dict.fromkeys(found))


def learned(config: dict, recipe: str) -> dict:
    """The settings of a recipe that decide what is learned: all but the machines that its devices are spread over."""
    return {key: value for key, value in config["recipes"][recipe].items() if key != "nodes"}


def launcher(config: dict, recipe: str, threads: int) -> str:
    """What starts a module in the processes that share the batches of a recipe; `threads` are those on each node."""
    devices, nodes = config["recipes"][recipe]["devices"], config["recipes"][recipe]["nodes"]
    # Without the dashes torchrun takes the module's own --log and --start for shortened flags of its.
    if nodes == 1:
        return "python -m" if devices == 1 else f"torchrun --standalone --nproc-per-node {devices} -m --"
    needs_slurm = f"recipes.{recipe}.nodes is {nodes}, and only SLURM starts a job on several machines"
    meet = f"--rdzv-backend c10d --rdzv-id ${{SLURM_JOB_ID:?{needs_slurm}}} --rdzv-endpoint $(hostname):{_PORT}"
    srun = f"srun --nodes {nodes} --ntasks {nodes} --ntasks-per-node 1 --cpus-per-task {threads} --kill-on-bad-exit=1"
    return f"{srun} torchrun --nnodes {nodes} --nproc-per-node {devices // nodes} {meet} -m --"


def subsets_trained_on(config: dict, subset: str, recipe: str) -> list[str]:
    """The subsets that a run sees: the one that its recipe begins with, if it does, and its own."""
    first = config["recipes"][recipe]["first_subset"]
    return [first, subset] if first else [subset]


def _start_seeds(config: dict, recipe: str, seeds: Iterable[int]) -> list[int]:
    """The seeds of the runs that runs start from: their own, or the only one there is."""
    theirs = seeds_of(config, recipe)
    return [seed if seed in theirs else theirs[0] for seed in seeds]
