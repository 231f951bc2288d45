"""What goes on with a run names the same machines; why a job ended there is told in few words."""

from clipcause.session.command_line import cluster_options
from clipcause.session.deaths import death_on_cluster
from clipcause.session.failures import Failures


def test_options_that_say_where_jobs_run_are_said_again():
    line = ["-n", "--workflow-profile", "profiles/slurm", "longtail", "-j", "4", "--keep-going", "--config", "seeds=2"]
    assert cluster_options(line) == ["--workflow-profile", "profiles/slurm", "--jobs", "4"]
    assert cluster_options(["--executor=slurm"]) == ["--executor", "slurm"]


def test_a_command_to_go_on_has_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    again = Failures(["config.yaml"], {}, ["longtail"], machines=["--workflow-profile", "profiles/slurm"]).command()
    assert again == "snakemake --workflow-profile profiles/slurm longtail --configfile config.yaml"


def test_a_cluster_s_account_is_cut_to_what_it_knows():
    told = "SLURM-job '4' failed, SLURM status is: 'TIMEOUT'."
    elsewhere = "For further error details see the cluster/cloud log and the log files of the involved rule(s)."
    hint = " Detailed failure reason unavailable (status command is not 'sacct')."
    assert death_on_cluster(told + hint + elsewhere) == death_on_cluster(told + elsewhere) == told
    assert death_on_cluster(elsewhere) == death_on_cluster(None) == ""
