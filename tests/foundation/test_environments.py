"""The conda environment says what pyproject and the constraints say."""

import runpy
from pathlib import Path

ENVS = Path(__file__).parents[2] / "envs"


def test_the_conda_environment_is_what_its_generator_writes():
    generated = runpy.run_path(str(ENVS / "generate.py"))["environment"]()
    assert (ENVS / "clipcause.yaml").read_text() == generated


def test_every_constraint_is_one_exact_version():
    for line in (ENVS / "constraints.txt").read_text().splitlines():
        name, version = line.split("==")
        assert name and version
