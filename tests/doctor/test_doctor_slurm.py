"""SLURM as its commands tell of it."""

import pytest

from clipcause.doctor import cluster
from clipcause.doctor.cluster import check_slurm
from clipcause.doctor.finding import OK, PROBLEM, WARNING

CONFIG = """Configuration data as of 2026-01-01T00:00:00
AccountingStorageType   = {accounts}
ClusterName             = maple
MinJobAge               = {age} sec
"""
SQUEUE = "slurm-status-command: squeue\nslurm-init-seconds-before-status-checks: 20\n"
NODES = "main*|up|2|idle|(null)\nbig|up|1|mix|gpu:a100:4\nold|up|1|down*|gpu:k80:2"


@pytest.fixture
def slurm(command, tmp_path):
    """A function that makes a cluster; it returns what is found of it, as level and text."""

    def make(accounts="accounting_storage/none", age=300, nodes=NODES, profile=SQUEUE, gpus=0, used=True, status=0):
        command("sbatch")
        command("scontrol", CONFIG.format(accounts=accounts, age=age) if not status else "fatal: no controller", status)
        command("sinfo", nodes)
        (tmp_path / "config.yaml").write_text(profile)
        return list(check_slurm(gpus, used, tmp_path / "config.yaml"))

    return make


def amiss(findings) -> list[str]:
    return [each.says for each in findings if each.level != OK]


def test_a_cluster_that_fits_the_profile_is_well(slurm):
    found = slurm(gpus=2)
    assert amiss(found) == []
    assert "the controller of maple answers" in found[0].says
    assert "squeue remembers a job for 300 s" in found[1].says
    assert found[2].says == "nodes are up in big, main"
    assert found[3].says == "GPUs in big"


def test_a_controller_that_does_not_answer_ends_the_checks(slurm):
    (found,) = slurm(status=1)
    assert found.level == PROBLEM and "fatal: no controller" in found.says and "slurmctld" in found.remedy


def test_what_is_amiss_only_warns_those_who_run_here(slurm):
    (found,) = slurm(status=1, used=False)
    assert found.level == WARNING


def test_without_accounts_sacct_can_not_be_asked(slurm):
    (wrong,) = (each for each in slurm(profile="") if each.level == PROBLEM)
    assert "no accounts of jobs are kept" in wrong.says and "squeue" in wrong.remedy
    assert amiss(slurm(accounts="accounting_storage/slurmdbd", profile="")) == []


@pytest.mark.parametrize(("age", "well"), [(59, False), (60, True)])
def test_a_job_must_be_remembered_three_times_as_long_as_the_first_wait(slurm, age, well):
    found = amiss(slurm(age=age))
    assert (found == []) == well
    assert well or "forgets a job 59 s after its end" in found[0]


def test_nodes_that_are_down_and_gpus_that_are_nowhere(slurm):
    assert amiss(slurm(nodes="main*|up|2|down*|(null)")) == ["no node of any partition is up"]
    assert amiss(slurm(nodes="main*|up|2|idle|(null)", gpus=1)) == [
        "jobs ask for GPUs, and no partition that is up has any"
    ]
    assert amiss(slurm(nodes="main|up|2|idle|(null)")) == ["no partition is the default"]


def test_where_there_is_no_slurm_nothing_is_asked_of_it(command):
    assert list(check_slurm(0)) == []
    (found,) = check_slurm(0, used=True)
    assert found.level == PROBLEM and "sbatch is not on PATH" in found.says


def test_the_profile_that_is_read_is_the_one_that_is_shipped():
    assert cluster.PROFILE.parts[-3:] == ("profiles", "slurm", "config.yaml")
