"""The layers of a run's configuration, as words of a command line."""

import json
from collections.abc import Mapping, Sequence
from os.path import relpath
from pathlib import Path


def layer_words(files: Sequence[str | Path], settings: Mapping[str, object]) -> list[str]:
    """The words that lay these files and settings over the configuration, as Snakemake was given them."""
    words = ["--configfile", *(relpath(file) for file in files)] if files else []
    given = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    return words + (["--config", *given] if given else [])
