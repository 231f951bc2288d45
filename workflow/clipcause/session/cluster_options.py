"""Where jobs run, as Snakemake's command line said it: what goes on with a run says it again."""

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Sequence

OPTIONS = (("--workflow-profile",), ("--profile",), ("--executor", "-e"), ("--jobs", "-j"))


def cluster_options(arguments: Sequence[str]) -> list[str]:
    """The options among a command line's that say on which machines jobs run: `--workflow-profile profiles/slurm`."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False, argument_default=SUPPRESS)
    for names in OPTIONS:
        parser.add_argument(*names)
    given, _ = parser.parse_known_args(arguments)
    return [word for name, value in vars(given).items() for word in (f"--{name.replace('_', '-')}", value)]
