"""What goes on with a run names the same machines."""

from clipcause.session.cluster_options import cluster_options
from clipcause.session.failures import Failures


def test_options_that_say_where_jobs_run_are_said_again():
    line = ["-n", "--workflow-profile", "profiles/slurm", "longtail", "-j", "4", "--keep-going", "--config", "seeds=2"]
    assert cluster_options(line) == ["--workflow-profile", "profiles/slurm", "--jobs", "4"]
    assert cluster_options(["--executor=slurm"]) == ["--executor", "slurm"]


def test_a_command_to_go_on_has_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    again = Failures(["config.yaml"], {}, ["longtail"], machines=["--workflow-profile", "profiles/slurm"]).command()
    assert again == "snakemake --workflow-profile profiles/slurm longtail --configfile config.yaml"
