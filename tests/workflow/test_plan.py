"""`snakemake plan`, `rates` and `doctor` on the real workflow: they print, and run nothing else."""

import re
import shutil
import subprocess

import pytest
from checkouts import PROJECT
from digests import result_digests

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def planned(finished, tmp_path_factory):
    """A copy of the finished checkout, in which a plan, rates and the doctor may leave their logs."""
    return finished.copy(tmp_path_factory.mktemp("planned") / "checkout")


def stages(printed: str) -> dict[str, list[str]]:
    """The rows of a plan's table, as words."""
    lines = printed.splitlines()
    table = lines[lines.index(next(line for line in lines if line.startswith("stage "))) + 1 : lines.index("")]
    return {line.split()[0]: line.split() for line in table}


def test_before_anything_is_run_a_plan_counts_jobs_and_guesses_nothing(checkout):
    ran = checkout.snakemake("plan")
    assert ran.returncode == 0, ran.stdout
    assert stages(ran.stdout)["training"][:6] == ["training", "5", "5", "?", "?", "-"]
    assert "train clip, batches of 32: never timed (3 jobs)" in ran.stdout
    assert "Rates: none" in ran.stdout and " left · " not in ran.stdout and "Done in" not in ran.stdout
    made = {path.name for path in (checkout.folder / "results").iterdir()}
    assert made == {"logs"}


def test_after_a_run_nothing_is_left_and_rates_tell_what_a_larger_one_takes(planned, checkout):
    before = result_digests(planned.folder)
    ran = planned.snakemake("plan")
    assert ran.returncode == 0, ran.stdout
    assert all(row[2] == "0" for row in stages(ran.stdout).values())
    assert result_digests(planned.folder) == before
    ran = planned.snakemake("rates")
    assert ran.returncode == 0 and re.search(r"Rates of \d+ jobs and \d measures: results/rates.json", ran.stdout)
    shutil.copy2(planned.folder / "results/rates.json", checkout.folder)
    layers = checkout.layer("planning: {rates: rates.json, core_hour: 3600}")
    ran = checkout.snakemake("plan", layers=layers)
    assert ran.returncode == 0, ran.stdout
    assert "Not in these sums" not in ran.stdout and "Money: " in ran.stdout and "at the prices given" in ran.stdout
    assert "not known" not in ran.stdout.split("What the claims can show")[1]
    ran = checkout.snakemake(
        "plan", layers=checkout.layer("planning: {rates: rates.json}\nmodels: {tiny: {embed_dim: 64}}")
    )
    assert "train clip, batches of 32, another model: scaled by operations (3 jobs)" in ran.stdout


def test_prices_and_rates_make_nothing_run_again(finished):
    assert finished.jobs(layers=finished.layer("planning: {core_hour: 0.05}")) == {}


def test_a_file_that_holds_no_rates_is_named(checkout):
    (checkout.folder / "rates.json").write_text("{}")
    ran = checkout.snakemake("plan", layers=checkout.layer("planning: {rates: rates.json}"))
    assert ran.returncode == 1 and "error: rates.json: this is no file of rates" in ran.stdout
    assert "Traceback" not in ran.stdout and "CalledProcessError" not in ran.stdout


@pytest.mark.parametrize("way", ["snakemake", "make"])
def test_the_doctor_looks_at_everything_and_its_status_tells_whether_a_run_may_begin(checkout, way):
    for file in ("pyproject.toml", "Makefile"):
        shutil.copy2(PROJECT / file, checkout.folder)
    if way == "snakemake":
        ran = checkout.snakemake("doctor")
    else:
        make = ["make", "doctor", "LAYERS=tiny.yaml"]
        ran = subprocess.run(make, cwd=checkout.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    subjects = {line.split()[1] for line in ran.stdout.splitlines() if line.startswith(("ok ", "warning ", "problem "))}
    assert {"python", "packages", "text", "results", "clock", "disk", "memory", "threads", "files", "gpu"} <= subjects
    problems = int(re.search(r"^(\d+) problems, ", ran.stdout, re.M)[1])
    assert (ran.returncode == 0) == (problems == 0), ran.stdout
