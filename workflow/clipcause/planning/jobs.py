"""The jobs of a configuration, as Snakemake plans them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clipcause.config.layers import read_layers
from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.rates.measured import Work
from clipcause.session.command_line import config_files
from clipcause.session.jobs import Job
from clipcause.session.listing import LISTING

LAST_WORDS = 5  # lines of Snakemake's that an error shows


@dataclass(frozen=True)
class Jobs:
    """The jobs behind the report of a resolved configuration; `to_do` are the numbers of those that are not done."""

    config: dict
    jobs: tuple[Job, ...]
    to_do: frozenset[int]


def ask(command: Sequence[str], folder: Path = Path()) -> Jobs:
    """Ask Snakemake, started with these words in `folder`, which jobs there are; nothing runs.

    Raises UserError for a configuration file that cannot be read, which is looked at first since Snakemake names
    neither file nor line, and with Snakemake's last words if it says none.
    """
    read_layers(folder / file for file in config_files(command))
    with tempfile.TemporaryDirectory() as temporary:
        listing = Path(temporary, "jobs.json")
        words = [sys.executable, "-m", "snakemake", "--dry-run", "--nolock", *command]
        ran = subprocess.run(
            words,
            cwd=folder,
            env=os.environ | {LISTING: str(listing)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if not listing.exists():
            said = "\n".join(ran.stdout.strip().splitlines()[-LAST_WORDS:])
            raise UserError(f"Snakemake could not say which jobs there are:\n{said}")
        listed = read_json(listing)
    return jobs_of(listed)


def jobs_of(listed: dict) -> Jobs:
    """The jobs of a listing that the session wrote."""
    to_do = frozenset(each["number"] for each in listed["jobs"] if each.pop("to_do"))
    jobs = tuple(
        Job(**each | {"work": Work(**each["work"]), "outputs": tuple(each["outputs"]), "logs": tuple(each["logs"])})
        for each in listed["jobs"]
    )
    return Jobs(listed["config"], jobs, to_do)
