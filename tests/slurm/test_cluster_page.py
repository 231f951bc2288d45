"""What docs/cluster.md shows is what the tests run, and the profile is one that Snakemake takes."""

import re
import subprocess
import sys

import pytest
import yaml
from checkouts import PROJECT, Checkout
from on_slurm import PROFILE

from clipcause.config import needs, resolve
from clipcause.config.layers import merged, read_layers

PAGE = (PROJECT / "docs/cluster.md").read_text()


def test_the_command_is_the_one_that_is_tested():
    assert re.findall(r"```sh\n(.*?)\n```", PAGE, re.S) == [f"snakemake --workflow-profile {PROFILE}"]


def test_the_layer_asks_for_four_gpus_of_each_of_two_machines():
    (layer,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    config = resolve(merged(read_layers([PROJECT / "config.yaml"]), yaml.safe_load(layer)))
    assert needs.training_gpus(config, "wide") == 8 and needs.training_extra(config, "wide") == "--gpus-per-node=4"


@pytest.mark.slow
def test_the_options_of_a_rule_name_a_rule(tmp_path):
    """Those in the profile's comments, and on the page, are for the default configuration."""
    checkout = Checkout(tmp_path, PROJECT / "config.yaml")
    profile = checkout.folder / PROFILE / "config.yaml"
    profile.write_text(re.sub(r"^# ?(default-resources:|set-resources:|  )", r"\1", profile.read_text(), flags=re.M))
    options = re.findall(r"`(--set-resources \S+)`", PAGE)
    assert len(options) == 1
    assert {"default-resources", "set-resources"} <= set(yaml.safe_load(profile.read_text()))
    command = [sys.executable, "-m", "snakemake", "-n", "--workflow-profile", PROFILE, *options[0].split()]
    planned = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True)
    assert planned.returncode == 0, planned.stderr
    assert "Would run: " in planned.stdout
