"""What rules ask of a resolved configuration about pools: which tables they read, which settings each of their jobs."""

import glob
from os.path import exists

# Settings that decide a pool's rows, before anything is fetched, and those that only its index reads: a change of the
# latter fetches nothing again.
PREPARING = ("metadata", "columns", "quoted", "url", "path", "caption", "label", "uid", "keep")
INDEXING = ("held_out", "min_success")


def metadata(config: dict, pool: str) -> list[str]:
    """The tables of a pool's metadata as they are configured: paths, globs and URLs."""
    named = config["pools"][pool].get("metadata", [])
    return [named] if isinstance(named, str) else named


def local_metadata(config: dict, pool: str) -> list[str]:
    """The files here of a pool's metadata, with those that globs find."""
    return [file for each in metadata(config, pool) if "://" not in each for file in files(each)]


def remote_metadata(config: dict, pool: str) -> list[str]:
    """The URLs of a pool's metadata."""
    return [each for each in metadata(config, pool) if "://" in each]


def files(path: str) -> list[str]:
    """The files that a path or glob means: itself unless it is a glob that finds some."""
    return [path] if exists(path) else sorted(glob.glob(path)) or [path]


def preparing(config: dict, pool: str) -> dict:
    """The settings of a pool that decide its rows; the tables themselves are not among them."""
    return {key: value for key, value in config["pools"][pool].items() if key in PREPARING and key != "metadata"}


def fetching(config: dict, pool: str) -> dict:
    """The settings of a pool that the images of its rows depend on."""
    settings = config["pools"][pool]
    if settings["source"] == "shards":  # rows and images are one
        return {key: value for key, value in settings.items() if key not in INDEXING}
    return {key: value for key, value in settings.items() if key not in PREPARING + INDEXING}


def indexing(config: dict, pool: str) -> dict:
    """The settings of a pool that only its index depends on."""
    return {key: value for key, value in config["pools"][pool].items() if key in INDEXING}
