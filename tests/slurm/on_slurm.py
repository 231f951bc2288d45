"""The workflow on a SLURM, and trainings that are to be met at work there."""

import subprocess

from checkouts import Checkout
from cluster import Cluster

PROFILE = "workflow/profiles/slurm"
# The profile asks SLURM every 20 seconds, as on a cluster; here jobs take seconds.
SOON = ("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2")
# Two trainings long enough to be met at work, and one shared by a process on each node.
LAYER = """
seeds: 1
gpu: true
recipes:
  clip: {samples_seen: 25600}
  supervised: {samples_seen: 25600}
  shared: {objective: clip, model: tiny, samples_seen: 640, batch_size: 32, learning_rate: 0.003, devices: 2}
studies: {longtail: {arms: {shared: {subset: longtail, recipe: shared}}, differs: [samples_seen, devices]}}
"""
LAYERS = ("tiny.yaml", "layer.yaml")
CLIP = "results/runs/longtail/clip/seed0/run.json"
SUPERVISED = "results/runs/longtail/supervised/seed0/run.json"
SHARED = "results/runs/longtail/shared/seed0/run.json"


class OnSlurm:
    """A checkout whose workflow runs on SLURM."""

    def __init__(self, checkout: Checkout, cluster: Cluster, layers: tuple[str, ...] = LAYERS) -> None:
        self.folder, self._checkout, self._cluster, self._layers = checkout.folder, checkout, cluster, layers
        self.process: subprocess.Popen | None = None

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake with the profile; what it prints goes to the file `printed`."""
        command = self._checkout.command(*arguments, layers=self._layers)
        place = command.index("--cores")
        command[place : place + 2] = ["--workflow-profile", PROFILE, *SOON]
        with (self.folder / "printed").open("w") as printed:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._cluster.environment, stdout=printed, stderr=subprocess.STDOUT
            )
        return self.process

    def run(self, *arguments: str) -> str:
        """Run it to its end, which must be a good one; returns what it printed."""
        assert self.start(*arguments).wait(timeout=1200) == 0, self.printed
        return self.printed

    @property
    def printed(self) -> str:
        """What the last Snakemake printed so far."""
        return (self.folder / "printed").read_text()

    def ended(self, state: str) -> list[dict[str, str]]:
        """The jobs of this checkout that ended so, as SLURM keeps record of them."""
        jobs = [job for job in self._cluster.ended() if job["WorkDir"] == str(self.folder)]
        return [job for job in jobs if job["JobState"] == state]
