"""Look whether a run has what it needs: `python -m clipcause.doctor look ...`."""

import os
import shlex
import sys
from argparse import Namespace

from clipcause.doctor.examine import examine, tell
from clipcause.job.command import new_parser, run


def look(arguments: Namespace) -> None:
    """Print what is found; status 1 if there is a problem."""
    findings = examine(arguments.snakemake, arguments.cores, arguments.slurm)
    if not tell(findings, lambda line: print(line, flush=True)):
        sys.exit(1)


def main() -> int:
    """Parse the command line and look."""
    parser, add = new_parser("doctor", "Look whether a run has what it needs.")
    command = add("look", look, "print what a run needs, whether it is here, and what to do if not")
    command.add_argument(
        "--snakemake",
        type=shlex.split,
        default=["--cores", "all"],
        metavar="FLAGS",
        help="Snakemake's flags for this configuration",
    )
    command.add_argument("--cores", type=int, default=os.cpu_count(), help="cores that jobs may take")
    command.add_argument("--slurm", action="store_true", help="jobs are to run on SLURM")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
