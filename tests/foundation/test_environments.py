"""The conda environments and the container say what pyproject, the constraints and the README say."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
ENVS = PROJECT / "envs"


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_conda_environment_is_what_its_generator_writes(device):
    generated = runpy.run_path(str(ENVS / "generate.py"))["environment"](device)
    assert (ENVS / f"{device}.yaml").read_text() == generated


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_conda_environment_holds_every_dependency_once_at_its_tested_version(device):
    *conda, pip = yaml.safe_load((ENVS / f"{device}.yaml").read_text())["dependencies"]
    conda = [each.replace("pytorch-cpu", "torch").replace(" ", "") for each in conda if "==" in each]
    held = sorted(re.sub(r"\[.+?\]", "", each) for each in [*conda, *pip["pip"]])
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert [each.split("==")[0] for each in held] == sorted(re.match(r"[\w.-]+", each)[0] for each in wanted)
    assert {each.lower() for each in held} <= {line.lower() for line in (ENVS / "constraints.txt").read_text().split()}


def test_every_constraint_is_one_exact_version():
    for line in (ENVS / "constraints.txt").read_text().splitlines():
        name, version = line.split("==")
        assert name and version


def test_every_rule_names_an_environment_that_is_there():
    for rules in (PROJECT / "workflow/rules").glob("*.smk"):
        for named in re.findall(r'conda:\n +"\.\./\.\./(.+?)"', rules.read_text()):
            assert (PROJECT / named).is_file(), f"{rules.name}: {named}"


def test_the_container_installs_as_the_readme_does():
    recipe = (ENVS / "Dockerfile").read_text()
    install = re.search(r"pip install (.+?) && snakemake", (PROJECT / "README.md").read_text())[1]
    assert install.replace("'.[test]'", ".") in recipe
    copied = [word for line in re.findall(r"^COPY (.+) \S+$", recipe, re.M) for word in line.split()]
    assert all((PROJECT / path).exists() for path in copied)
    let_in = (ENVS / "Dockerfile.dockerignore").read_text()
    assert all(f"!{path}\n" in let_in for path in copied)
