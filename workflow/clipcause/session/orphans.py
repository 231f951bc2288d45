"""Jobs of a killed Snakemake that are still in SLURM: they would write the same files as those of the next one."""

import getpass
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from clipcause.errors import UserError

USED = Path(".snakemake/slurm_logs")  # SLURM's plugin makes this folder before it submits a job
RUN = re.compile(r"(.+_)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # how the plugin names the jobs of one Snakemake
PATIENCE = 180.0  # seconds that cancelled jobs may take to end: they save what they have done


def orphans(folder: Path) -> list[str]:
    """The ids of the jobs in SLURM that a Snakemake started from `folder` and that have not ended, while none is there.

    Raises UserError if SLURM was used here and does not answer.
    """
    if not (folder / USED).is_dir() or shutil.which("squeue") is None:
        return []
    asked = _slurm("squeue", "--noheader", "--user", getpass.getuser(), "--format", "%i|%j|%Z")
    jobs = (line.split("|", maxsplit=2) for line in asked.splitlines())
    return [number for number, name, where in jobs if RUN.fullmatch(name) and os.path.realpath(where) == str(folder)]


def end_orphans(folder: Path) -> None:
    """Cancel such jobs, and wait until they have ended. Raises UserError if they don't, or SLURM does not answer."""
    until = time.monotonic() + PATIENCE
    if jobs := orphans(folder):
        print(f"A killed Snakemake left jobs in SLURM, which are cancelled: {' '.join(jobs)}", file=sys.stderr)
        _slurm("scancel", *jobs)
    while jobs := orphans(folder):
        if time.monotonic() > until:
            raise UserError(f"SLURM does not end the jobs {' '.join(jobs)}, which a killed Snakemake left; see squeue")
        time.sleep(1)


def _slurm(*command: str) -> str:
    """What a command of SLURM's says."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise UserError(
            f"jobs that a killed Snakemake left in SLURM may still be at work here, and {command[0]} fails: "
            f"{done.stderr.strip()}; try again when SLURM answers"
        )
    return done.stdout
