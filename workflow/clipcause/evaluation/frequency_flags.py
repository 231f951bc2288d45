"""The flags by which commands are told of class frequencies, for every vocabulary that test sets ask by."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clipcause.evaluation.frequencies import FrequencyFiles


def add_frequency_flags(command: argparse.ArgumentParser) -> None:
    """Add `--vocabularies` and `--frequencies`."""
    command.add_argument(
        "--vocabularies",
        nargs="+",
        type=_testset,
        required=True,
        metavar="TESTSET=VOCABULARY",
        help="which vocabulary each test set asks by",
    )
    command.add_argument(
        "--frequencies",
        nargs="+",
        type=_file,
        required=True,
        metavar="VOCABULARY/SEED=FILE",
        help="frequency.parquet of a vocabulary's concepts that runs of a seed are set against",
    )


def frequency_files(given: argparse.Namespace) -> FrequencyFiles:
    """What these flags say."""
    from clipcause.evaluation.frequencies import FrequencyFiles

    return FrequencyFiles(dict(given.vocabularies), dict(given.frequencies))


def _testset(text: str) -> tuple[str, str]:
    testset, equals, vocabulary = text.partition("=")
    if not (testset and equals and vocabulary):
        raise argparse.ArgumentTypeError(f"{text!r} is not TESTSET=VOCABULARY")
    return testset, vocabulary


def _file(text: str) -> tuple[tuple[str, int], Path]:
    about, equals, path = text.partition("=")
    vocabulary, slash, seed = about.partition("/")
    if not (vocabulary and slash and seed.isdecimal() and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not VOCABULARY/SEED=FILE")
    return (vocabulary, int(seed)), Path(path)
