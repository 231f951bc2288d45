"""What rules ask of a resolved configuration about pools: which tables they read, which settings each of their jobs."""

import glob
from os.path import exists

# Settings that decide a pool's rows, before anything is fetched, and those that only its index reads: a change of the
# latter fetches nothing again.
PREPARING = (
    *("metadata", "columns", "quoted", "max_rows", "rows_by"),
    *("url", "path", "caption", "label", "labels_are", "uid", "keep"),
)
INDEXING = ("held_out", "min_success", "rounds")


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


def rows_after(chunk: int | str, number: int) -> str:
    """A chunk's rows as they are after so many rounds, a file below the pool's folder."""
    return f"chunks/{_of_round(chunk, number)}.parquet"


def rows(config: dict, pool: str) -> list[str]:
    """The rows of all chunks of a pool after the last round."""
    last = config["pools"][pool].get("rounds", 1)
    return [f"results/pools/{pool}/{rows_after(chunk, last)}" for chunk in chunks(config, pool)]


def statistics(config: dict, pool: str) -> list[str]:
    """img2dataset's statistics of all chunks and rounds; none of a pool that was not downloaded."""
    of_web = config["pools"][pool]["source"] == "web"
    return [f"results/pools/{pool}/chunks/{each}.json" for each in _of_rounds(config, pool)] if of_web else []


def shards(config: dict, pool: str) -> list[str]:
    """The folders of shards that a pool's images lie in; none where it took shards over as they lie."""
    kept = config["pools"][pool]["source"] == "shards"
    return [] if kept else [f"results/pools/{pool}/shards/{each}" for each in _of_rounds(config, pool)]


def chunks(config: dict, pool: str) -> list[int]:
    """The chunks that a pool is made in, from 0; only downloads come in more than one."""
    return list(range(config["pools"][pool].get("chunks", 1)))


def sites(config: dict) -> dict[str, str]:
    """What answers for the web, of the pools that are not downloaded from the real one."""
    return {name: pool["site"] for name, pool in config["pools"].items() if pool.get("site")}


def _of_rounds(config: dict, pool: str) -> list[str]:
    rounds = range(1, config["pools"][pool].get("rounds", 1) + 1)
    return [_of_round(chunk, number) for chunk in chunks(config, pool) for number in rounds]


def _of_round(chunk: int | str, number: int) -> str:
    """What the files of a chunk's round are called; those of the first as the chunk."""
    return str(chunk) if number == 1 else f"{chunk}.round{number}"
