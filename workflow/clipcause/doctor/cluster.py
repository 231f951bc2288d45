"""SLURM, where there is one: whether it answers, how it can be asked after jobs, and what its nodes have."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from clipcause.doctor.finding import PROBLEM, WARNING, Finding, ok, problem, warning
from clipcause.session.commands import answer, there

PROFILE = Path(__file__).resolve().parents[2] / "profiles/slurm/config.yaml"
INITIAL = 40  # seconds before Snakemake's plugin first asks after a job, unless the profile says otherwise
FALLS_BACK = 3  # times as long a job must be remembered, or the plugin asks sacct in place of squeue


def check_slurm(wanted_gpus: int, used: bool = False, profile: Path = PROFILE) -> Iterator[Finding]:
    """SLURM answers, and fits the profile; nothing where there is none.

    `used` if jobs are to go there; else what is amiss is a warning, since a run here needs none of it.
    """
    for each in _findings(wanted_gpus, used, profile):
        yield each if used or each.level != PROBLEM else replace(each, level=WARNING)


def _findings(wanted_gpus: int, used: bool, profile: Path) -> Iterator[Finding]:
    if not there("sbatch"):
        if used:
            yield problem("slurm", "sbatch is not on PATH", "run on a machine that submits jobs, a login node")
        return
    answers, said = answer(["scontrol", "show", "config"])
    if not answers:
        last = said.splitlines()[-1] if said else "nothing"
        yield problem(
            "slurm",
            f"the controller does not answer: {last}",
            "start slurmctld and munged (systemctl status slurmctld munge), or ask who runs the cluster",
        )
        return
    settings = dict(re.findall(r"^(\w+)\s*=\s*(.*?)\s*$", said, re.M))
    yield ok("slurm", f"the controller of {settings.get('ClusterName', 'the cluster')} answers")
    flags = profile.read_text() if profile.exists() else ""
    yield from _accounting(settings, flags)
    yield from _nodes(wanted_gpus)


def _accounting(settings: dict[str, str], flags: str) -> Iterator[Finding]:
    """How jobs are asked after: of the accounts if there are any, else of the controller while it remembers them."""
    kept = settings.get("AccountingStorageType", "") not in ("", "(null)", "accounting_storage/none")
    command = _flag(flags, "slurm-status-command") or "sacct"
    if kept:
        yield ok("slurm", f"accounts of jobs are kept; Snakemake asks {command}")
        if command == "squeue":
            return
    elif command != "squeue":
        yield problem(
            "slurm",
            "no accounts of jobs are kept, and sacct has nothing to tell",
            "--slurm-status-command squeue, or that line in workflow/profiles/slurm/config.yaml",
        )
        return
    if command == "squeue":
        first = int(_flag(flags, "slurm-init-seconds-before-status-checks") or INITIAL)
        remembered = int(re.match(r"\d+", settings.get("MinJobAge", "0"))[0])
        if remembered < FALLS_BACK * first:
            yield problem(
                "slurm",
                f"SLURM forgets a job {remembered} s after its end (MinJobAge); Snakemake first asks after {first} s",
                f"MinJobAge={FALLS_BACK * first} or more in slurm.conf; or in the profile "
                f"slurm-init-seconds-before-status-checks: {max(remembered // FALLS_BACK, 1)}",
            )
        else:
            yield ok("slurm", f"squeue remembers a job for {remembered} s, Snakemake first asks after {first} s")


def _nodes(wanted_gpus: int) -> Iterator[Finding]:
    """Some node is up, and some partition has the GPUs that jobs ask for."""
    answers, said = answer(["sinfo", "--noheader", "--format", "%P|%a|%D|%t|%G"])
    rows = [row.split("|") for row in said.splitlines() if row.count("|") == 4] if answers else []
    up = [row for row in rows if row[1] == "up" and row[3].rstrip("*~#!%$@^-") in ("idle", "mix", "alloc", "comp")]
    if not up:
        yield problem(
            "slurm", "no node of any partition is up", "sinfo -R tells why; scontrol update nodename=NAME state=resume"
        )
        return
    partitions = sorted({row[0].rstrip("*") for row in up})
    yield ok("slurm", f"nodes are up in {', '.join(partitions)}")
    if not any(row[0].endswith("*") for row in rows):
        yield warning("slurm", "no partition is the default", "slurm_partition under default-resources in the profile")
    with_gpus = sorted({row[0].rstrip("*") for row in up if "gpu" in row[4]})
    if wanted_gpus and not with_gpus:
        yield problem(
            "slurm",
            "jobs ask for GPUs, and no partition that is up has any",
            "a partition with GPUs (GresTypes=gpu in slurm.conf), or recipes without",
        )
    elif wanted_gpus:
        yield ok("slurm", f"GPUs in {', '.join(with_gpus)}")


def _flag(flags: str, name: str) -> str | None:
    """The value of a key of the profile."""
    found = re.search(rf"^\s*{name}:\s*([\w-]+)", flags, re.M)
    return found[1] if found else None
