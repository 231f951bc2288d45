"""Snakemake's scheduler under our session: it looks for jobs when one has ended, and else sleeps."""

import subprocess
import sys
from pathlib import Path

import pytest

WORKFLOW = Path(__file__).parents[2] / "workflow"
SNAKEFILE = """
import sys
sys.path.insert(0, {package!r})
from snakemake.scheduling.job_scheduler import JobScheduler
from clipcause.session.scheduler import start_jobs_at_once

{begin}
looked = JobScheduler.job_selector

def look(self, jobs):
    print("LOOKED", file=sys.stderr)
    return looked(self, jobs)

JobScheduler.job_selector = look

rule all:
    input: expand("{{i}}", i=range(12)), "last"

rule quick:
    output: r"{{i,[0-9]+}}"
    priority: 1
    shell: "touch {{output}}"

rule slow:
    input: expand("{{i}}", i=range(12))
    output: "slow"
    threads: 2
    priority: 1
    shell: "sleep 3; touch {{output}}"

rule last:
    input: "slow"
    output: "last"
    shell: "touch {{output}}"

rule waiting:
    input: expand("{{i}}", i=range(12))
    output: "waiting"
    shell: "touch {{output}}"
"""


def looks(folder: Path, begin: str, *arguments: str) -> int:
    """How often Snakemake looks for jobs to start while 15 jobs run, one of them for three seconds."""
    (folder / "Snakefile").write_text(SNAKEFILE.format(package=str(WORKFLOW), begin=begin))
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "all", "waiting", *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stderr.count("LOOKED")


@pytest.mark.parametrize("arguments", [(), ("--max-jobs-per-timespan", "90/1s")])
def test_it_looks_when_jobs_have_ended_unless_a_pace_is_asked_for(tmp_path, arguments):
    looked = looks(tmp_path, "start_jobs_at_once()", *arguments)
    assert (looked <= 15) == (not arguments)
