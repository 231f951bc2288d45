"""The tiny workflow on a real SLURM: the same results as here, from jobs on every node; trainings across nodes."""

import pytest
from checkouts import Checkout
from cluster import NODES
from digests import result_digests
from on_slurm import OnSlurm

pytestmark = pytest.mark.slow


def test_the_whole_workflow_runs_to_its_report(finished, cluster, tmp_path):
    on_slurm = OnSlurm(Checkout(tmp_path), cluster, layers=("tiny.yaml",))
    printed = on_slurm.run()
    assert result_digests(on_slurm.folder) == result_digests(finished.folder)
    assert (on_slurm.folder / "results/report.html").exists()
    jobs = on_slurm.ended("COMPLETED")
    assert {job["NodeList"] for job in jobs} == set(NODES)
    assert len(jobs) == sum(finished.jobs("--forceall").values()) - 1, "all but the rule `all`, each once"
    assert f"longtail: runs 0 of 10 · jobs 0 of {len(jobs)} · " in printed
    assert f": {len(jobs)} jobs, 10 runs trained." in printed
    assert "Report: results/report.html" in printed and "account" not in printed
