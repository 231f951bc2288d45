"""What a configuration takes, before it is run: `python -m clipcause.planning plan ...`."""

import shlex
import sys
from argparse import Namespace
from pathlib import Path

from clipcause.job.command import new_parser, run


def show(arguments: Namespace) -> None:
    """Print the plan."""
    from clipcause.planning.in_words import in_words
    from clipcause.planning.planned_run import plan_run

    print(in_words(plan_run(arguments.snakemake, arguments.cores)))


def keep_rates(arguments: Namespace) -> None:
    """Write the rates of what is done here."""
    from clipcause.errors import UserError
    from clipcause.planning.jobs import ask
    from clipcause.planning.learnt import learn, write_learnt

    learnt = learn(ask(arguments.snakemake))
    if not len(learnt.rates):
        raise UserError("no job of this configuration is done here, so nothing was measured; run it first")
    write_learnt(learnt, arguments.output)
    print(f"Rates of {len(learnt.rates)} jobs and {len(learnt.spreads)} measures: {arguments.output}")


def main() -> int:
    """Parse the command line and act."""
    parser, add = new_parser("planning", "Tell what a configuration takes, from measured rates.")
    command = add("plan", show, "print jobs, hours, bytes and money by stage, and what the claims can show")
    command.add_argument("--cores", type=int, required=True, help="cores to spread the jobs over")
    rates = add("rates", keep_rates, "write the rates of the jobs that are done, for other folders and machines")
    rates.add_argument("--output", type=Path, required=True, help="JSON file to write")
    for each in (command, rates):
        each.add_argument(
            "--snakemake",
            type=shlex.split,
            required=True,
            metavar="FLAGS",
            help="Snakemake's flags for this configuration",
        )
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
