"""What goes wrong on a cluster: time limits, dead nodes, silence, kills. Nothing is lost, nothing is done twice."""

import os
import signal

import pytest
from digests import result_digests
from moments import freeze_training, wait_for
from on_slurm import CLIP, SUPERVISED

pytestmark = pytest.mark.slow


def assert_trained(on_slurm, undisturbed, *recipes: str) -> None:
    """The runs by these recipes are those of an undisturbed run."""
    found, wanted = result_digests(on_slurm.folder), result_digests(undisturbed)
    runs = [path for path in wanted if path.startswith(tuple(f"runs/longtail/{recipe}/" for recipe in recipes))]
    assert runs and {path: found[path] for path in runs} == {path: wanted[path] for path in runs}


def training_log(on_slurm, recipe: str = "clip") -> str:
    return (on_slurm.folder / f"results/logs/train/longtail.{recipe}.seeds0to0.log").read_text()


def test_a_job_that_its_time_limit_killed_goes_on_after_its_checkpoint(on_slurm, undisturbed, cluster):
    """It asks for a GPU, too."""
    snakemake = on_slurm.start(CLIP, "--set-resources", "train_seeds_0_to_0:runtime=1 if attempt == 1 else 60")
    freeze_training(on_slurm, "clip")
    assert "TresPerJob=gres:gpu:1" in cluster.ask("scontrol", "show", "job")
    assert snakemake.wait(timeout=600) == 0, on_slurm.printed
    assert [len(on_slurm.ended(state)) for state in ("TIMEOUT", "COMPLETED")] == [1, 1]
    assert "training goes on after step" in training_log(on_slurm)
    assert "SLURM status is: 'TIMEOUT'" in on_slurm.printed and "Trying to restart job" in on_slurm.printed
    assert_trained(on_slurm, undisturbed, "clip")


def test_jobs_of_a_node_that_died_run_on_another(on_slurm, undisturbed, cluster):
    snakemake = on_slurm.start(CLIP)
    freeze_training(on_slurm, "clip")
    node = cluster.ask("squeue", "--noheader", "--format", "%N").strip()
    cluster.kill_node(node)
    try:
        assert snakemake.wait(timeout=600) == 0, on_slurm.printed
    finally:
        cluster.start_node(node)
        cluster.wait_for_nodes(node)
    (job,) = on_slurm.ended("COMPLETED")
    assert job["NodeList"] != node
    assert_trained(on_slurm, undisturbed, "clip")


def test_a_controller_that_is_silent_for_a_while_loses_no_job(on_slurm, undisturbed, cluster):
    """Until the plugin has given up a whole query, which makes it forget all jobs by itself."""
    snakemake = on_slurm.start(CLIP, "--verbose", "--slurm-status-attempts", "1")
    process = freeze_training(on_slurm, "clip")
    cluster.stop("slurmctld")
    try:
        wait_for("the unanswered query", on_slurm, lambda: "(final attempt)" in on_slurm.printed)
    finally:
        cluster.start_controller()
    os.kill(process, signal.SIGCONT)
    assert snakemake.wait(timeout=600) == 0, on_slurm.printed
    assert len(on_slurm.ended("COMPLETED")) == 1 and not on_slurm.ended("FAILED")
    assert "training goes on" not in training_log(on_slurm)
    assert_trained(on_slurm, undisturbed, "clip")


def test_a_killed_snakemake_starts_again_without_its_old_jobs(on_slurm, undisturbed, cluster):
    snakemake = on_slurm.start(CLIP, SUPERVISED)
    freeze_training(on_slurm, "clip")
    freeze_training(on_slurm, "supervised")
    snakemake.kill()
    snakemake.wait()
    dry = on_slurm.run("-n", CLIP)
    assert "Would run: 1 of" in dry and not on_slurm.ended("CANCELLED"), "a dry run changes nothing"
    on_slurm.run(CLIP, SUPERVISED)
    assert [len(on_slurm.ended(state)) for state in ("CANCELLED", "COMPLETED")] == [2, 2]
    for recipe in ("clip", "supervised"):
        assert "training goes on after step" in training_log(on_slurm, recipe)
    assert_trained(on_slurm, undisturbed, "clip", "supervised")
