"""Snakemake's command line, said again by what goes on with a run, or asks about it."""

import json
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Mapping, Sequence
from os.path import relpath
from pathlib import Path
from shlex import join
from typing import Any

WHERE = (("--workflow-profile",), ("--profile",), ("--executor", "-e"), ("--jobs", "-j"))
MOST_JOBS = 10_000


def layer_words(files: Sequence[str | Path], settings: Mapping[str, object]) -> list[str]:
    """The words that lay these files and settings over the configuration, as Snakemake was given them."""
    words = ["--configfile", *(relpath(file) for file in files)] if files else []
    given = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    return words + (["--config", *given] if given else [])


def cluster_options(arguments: Sequence[str]) -> list[str]:
    """The options among a command line's that say on which machines jobs run: `--workflow-profile profiles/slurm`."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False, argument_default=SUPPRESS)
    for names in WHERE:
        parser.add_argument(*names)
    given, _ = parser.parse_known_args(arguments)
    return [word for name, value in vars(given).items() for word in (f"--{name.replace('_', '-')}", value)]


def config_files(arguments: Sequence[str]) -> list[str]:
    """The configuration files that a command line names, in their order."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+", action="extend", default=[])
    return parser.parse_known_args(arguments)[0].configfile


def command_of(workflow: Any) -> str:
    """Snakemake's flags for this workflow with the same layers, without targets, as one text for a shell."""
    given = workflow.config_settings
    words = ["--snakefile", relpath(str(workflow.main_snakefile)), "--cores", str(cores_of(workflow))]
    return join(words + layer_words(given.configfiles, given.config))


def cores_of(workflow: Any) -> int:
    """The cores that jobs may take at once; on a cluster as many as jobs, at most 10,000."""
    given = workflow.resource_settings
    return given.cores or min(given.nodes or 1, MOST_JOBS)
