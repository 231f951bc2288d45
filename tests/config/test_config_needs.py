"""What jobs ask of their machines, and how a training starts on several of them."""

import subprocess

import pytest
import yaml

from clipcause.config import needs, resolve, training


@pytest.fixture
def config():
    """A function (gpu, devices, nodes) -> a configuration with such a training, of a recipe `shared`."""

    def make(gpu=False, devices=1, nodes=1):
        text = f"""
        gpu: {str(gpu).lower()}
        models: {{tiny: {{architecture: tiny}}}}
        recipes:
          shared:
            {{objective: clip, model: tiny, samples_seen: 64, batch_size: 8, learning_rate: 0.1,
             devices: {devices}, nodes: {nodes}}}
        """
        return resolve(yaml.safe_load(text))

    return make


def test_a_further_attempt_gets_more():
    assert [needs.growing(2000)(wildcards=None, attempt=attempt) for attempt in (1, 2, 3)] == [2000, 4000, 6000]


@pytest.mark.parametrize(
    ("gpu", "devices", "nodes", "asked"),
    [
        (False, 1, 1, (0, 1, None, None)),
        (False, 4, 2, (0, 2, "srun", None)),
        (True, 1, 1, (1, 1, None, None)),
        (True, 4, 1, (4, 4, None, None)),
        (True, 8, 2, (8, 4, "srun", "--gpus-per-node=4")),
    ],
)
def test_a_training_asks_for_gpus_cores_and_how_they_are_spread(config, gpu, devices, nodes, asked):
    made = config(gpu, devices, nodes)
    of = (needs.training_gpus, needs.training_threads, needs.training_mpi, needs.training_extra)
    assert tuple(each(made, "shared") for each in of) == asked
    assert needs.gpus(made) == int(gpu) and needs.training_nodes(made, "shared") == nodes


def test_devices_on_one_machine_are_started_by_torchrun(config):
    assert training.launcher(config(), "shared", threads=1) == "python -m"
    assert training.launcher(config(devices=2), "shared", threads=2) == "torchrun --standalone --nproc-per-node 2 -m --"


def test_nodes_are_started_by_srun_and_meet_at_the_first(config):
    launcher = training.launcher(config(devices=4, nodes=2), "shared", threads=2)
    script = f"srun() {{ echo srun $@; }}; hostname() {{ echo first; }}; {launcher} module"
    said = subprocess.run(
        ["bash", "-c", script], env={"SLURM_JOB_ID": "12345"}, capture_output=True, text=True, check=True
    ).stdout
    assert said == (
        "srun --nodes 2 --ntasks 2 --ntasks-per-node 1 --cpus-per-task 2 --kill-on-bad-exit=1 torchrun --nnodes 2 "
        "--nproc-per-node 2 --rdzv-backend c10d --rdzv-id 12345 --rdzv-endpoint first:22345 -m -- module\n"
    )


def test_nodes_without_slurm_are_told_so(config):
    launcher = training.launcher(config(devices=2, nodes=2), "shared", threads=1)
    done = subprocess.run(["bash", "-c", f"{launcher} module"], env={}, capture_output=True, text=True)
    assert (
        done.returncode and "recipes.shared.nodes is 2, and only SLURM starts a job on several machines" in done.stderr
    )


def test_the_machines_are_no_part_of_what_is_learned(config):
    one, two = (training.learned(config(devices=2, nodes=nodes), "shared") for nodes in (1, 2))
    assert one == two and one["devices"] == 2


def test_jobs_with_a_model_have_cuda_where_there_are_gpus(config):
    assert [needs.environment(config(gpu)) for gpu in (False, True)] == ["../../envs/cpu.yaml", "../../envs/cuda.yaml"]
