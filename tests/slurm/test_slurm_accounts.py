"""Where SLURM keeps accounts of jobs, sacct tells how they ended, and jobs are charged to the account one names."""

import pytest
from accounts import ACCOUNT, Accounts
from checkouts import Checkout
from cluster import Cluster
from on_slurm import OnSlurm

pytestmark = pytest.mark.slow


def test_jobs_are_asked_after_and_charged_by_their_accounts(tmp_path):
    with Cluster(Accounts) as cluster:
        on_slurm = OnSlurm(Checkout(tmp_path), cluster, layers=("tiny.yaml",))
        charged = ("--default-resources", f"slurm_account={ACCOUNT}", "--slurm-status-command", "sacct")
        on_slurm.run("results/miniweb/vocabulary.csv", *charged)
        told = cluster.ask("sacct", "--allocations", "--noheader", "--parsable2", "--format", "State,Account")
        assert told.split() == [f"COMPLETED|{ACCOUNT}"]
        (job,) = cluster.ended()
        assert job["Account"] == ACCOUNT
