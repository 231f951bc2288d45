"""The tutorial, step by step, as a reader would take it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from checkouts import PROJECT, Checkout

PAGE = (PROJECT / "docs/tutorial.md").read_text()
SHORT = {"seeds": 2, "runs_per_job": 2, "recipes": {"mine": {"samples_seen": 640}}}
"""What makes the test fast: the tutorial's own budget is for pictures that are worth it."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory, jpeg) -> Checkout:
    """Somebody with 160 pictures of three animals, and the project's own configuration."""
    checkout = Checkout(tmp_path_factory.mktemp("tutorial"), PROJECT / "config.yaml")
    checkout.add_pictures(jpeg)
    (checkout.folder / "my.yaml").write_text("\n".join(re.findall(r"```yaml\n(.*?)```", PAGE, re.S)))
    (checkout.folder / "short.yaml").write_text(yaml.safe_dump(SHORT))
    return checkout


def commands() -> list[str]:
    """The commands of the page, in its order."""
    indented = re.findall(r"^    ((?:python|snakemake) (?:.*\n      )*.*)$", PAGE, re.M)
    assert len(indented) == 5
    return indented


def run(checkout: Checkout, command: str) -> str:
    """Run a command of the page at its short size, in the shell, with the interpreter of the tests."""
    command = command.replace("config.yaml my.yaml", "config.yaml my.yaml short.yaml").replace(
        "--cores all", "--cores 2"
    )
    path = f"{Path(sys.executable).parent}"
    ran = subprocess.run(
        ["bash", "-euc", f'export PATH="{path}:$PATH" PYTHONPATH=workflow\n{command}'],
        cwd=checkout.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_each_step_does_what_the_page_says(reader):
    check, plan, count, everything, query = commands()
    assert "ok" in run(reader, check)
    assert "train" in run(reader, plan)
    run(reader, count)
    assert not (reader.folder / "results/runs").exists(), "counting trains nothing"
    run(reader, everything)
    page = (reader.folder / "results/report.html").read_text()
    assert "Captions help." in page and "CLIP and supervised learning on long-tailed data" not in page
    assert "captions_help" in run(reader, query)


def test_a_changed_line_reruns_what_hangs_on_it(reader):
    def jobs(edit: str) -> dict[str, int]:
        (reader.folder / "edit.yaml").write_text(edit)
        return reader.jobs(layers=("my.yaml", "short.yaml", "edit.yaml"))

    assert jobs("{}") == {}
    learning_rate = jobs("recipes: {mine: {learning_rate: 0.001}}")
    assert {job for job in learning_rate if job.startswith("train")} and "pack_files" not in learning_rate
    assert not {"index_pool", "count_concepts", "build_subset"} & set(learning_rate)
    third = jobs(
        """
        studies: {captions: {arms: {again: {subset: with_captions, recipe: again}}}}
        recipes:
          again: {objective: clip, model: tiny_64, samples_seen: 640, batch_size: 64, learning_rate: 0.002}
        """
    )
    assert sum(number for job, number in third.items() if job.startswith("train")) == 1
    seeds = jobs("seeds: 3")
    assert {job for job in seeds if job.startswith("train")} == {"train_seeds_2_to_2"}
