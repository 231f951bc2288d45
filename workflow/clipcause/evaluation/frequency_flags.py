"""The flags by which commands are told of class frequencies, for every vocabulary that test sets ask by."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from clipcause.job.arguments import named

if TYPE_CHECKING:
    from clipcause.evaluation.frequencies import FrequencyFiles

FILE_FORM = "VOCABULARY/SEED=FILE"


def add_frequency_flags(command: argparse.ArgumentParser) -> None:
    """Add `--vocabularies` and `--frequencies`."""
    command.add_argument(
        "--vocabularies",
        nargs="+",
        type=named("TESTSET=VOCABULARY", str),
        required=True,
        metavar="TESTSET=VOCABULARY",
        help="which vocabulary each test set asks by",
    )
    command.add_argument(
        "--frequencies",
        nargs="+",
        type=_file,
        required=True,
        metavar=FILE_FORM,
        help="frequency.parquet of a vocabulary's concepts that runs of a seed are set against",
    )


def frequency_files(given: argparse.Namespace) -> FrequencyFiles:
    """What these flags say."""
    from clipcause.evaluation.frequencies import FrequencyFiles

    return FrequencyFiles(dict(given.vocabularies), dict(given.frequencies))


def _file(text: str) -> tuple[tuple[str, int], Path]:
    about, path = named(FILE_FORM)(text)
    vocabulary, slash, seed = about.partition("/")
    if not (vocabulary and slash and seed.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not {FILE_FORM}")
    return (vocabulary, int(seed)), path
