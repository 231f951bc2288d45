"""Jobs that a killed Snakemake left in SLURM are found, and ended; here commands of our own answer for SLURM."""

import os

import pytest

from clipcause.errors import UserError
from clipcause.session.orphans import USED, end_orphans, orphans
from clipcause.session.recover import recover_from_kill

OURS = "0c9f1d52-3c55-4c4b-9a43-4d6a3e7e8c11"


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """A folder in which SLURM was used, and commands that list the lines of a file, and empty it."""
    programs, folder = tmp_path / "bin", tmp_path / "checkout"
    programs.mkdir()
    (folder / USED).mkdir(parents=True)
    jobs = tmp_path / "jobs"
    jobs.write_text(
        f"7|{OURS}|{folder}\n8|mine_{OURS}|{folder}\n"  # a prefix of the user's own
        f"9|{OURS}|{tmp_path}\n10|sleep|{folder}\n"  # another folder's, and one that no Snakemake submitted
    )
    for name, does in {"squeue": f"cat {jobs}", "scancel": f'echo "$@" >> {tmp_path}/cancelled; : > {jobs}'}.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return folder


def test_jobs_of_this_folder_that_a_snakemake_submitted_are_ended(slurm, capsys):
    assert orphans(slurm) == ["7", "8"]
    end_orphans(slurm)
    assert (slurm.parent / "cancelled").read_text() == "7 8\n" and orphans(slurm) == []
    assert capsys.readouterr().err.endswith("cancelled: 7 8\n")


def test_a_folder_without_slurm_asks_nobody(slurm):
    (slurm / USED).rmdir()
    assert orphans(slurm) == []


def test_slurm_that_does_not_answer_stops_the_run(slurm):
    (slurm.parent / "bin/squeue").write_text("#!/bin/sh\necho no controller >&2\nexit 1\n")
    with pytest.raises(UserError, match="squeue fails: no controller; try again when SLURM answers"):
        end_orphans(slurm)


def test_a_dry_run_leaves_jobs_and_what_they_write_alone(slurm):
    lock = slurm / ".snakemake/locks/0.output.lock"
    lock.parent.mkdir()
    lock.touch()
    assert not recover_from_kill(slurm / ".snakemake", dryrun=True)
    assert lock.exists() and orphans(slurm) == ["7", "8"]
