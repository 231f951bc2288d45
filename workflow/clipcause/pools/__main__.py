"""`python -m clipcause.pools`: fetch, prepare, preflight, download, retry, pack, adopt, index."""

import argparse
import json
import sys
from pathlib import Path

from clipcause.job.command import new_parser, run


def fetch(given: argparse.Namespace) -> None:
    from clipcause.pools.sources import fetch_sources

    fetch_sources(given.urls, given.output)


def prepare(given: argparse.Namespace) -> None:
    from clipcause.pools.metadata import prepare_metadata

    prepare_metadata(given.tables, given.fetched, given.pool, given.metadata, given.memory_mb)


def download(given: argparse.Namespace) -> None:
    from clipcause.pools.download import download_chunk

    download_chunk(given.metadata, given.pool, given.chunk, given.rows, given.shards, given.statistics, given.threads)


def retry(given: argparse.Namespace) -> None:
    from clipcause.pools.download import retry_chunk

    retry_chunk(given.earlier, given.pool, given.round, given.rows, given.shards, given.statistics, given.threads)


def preflight(given: argparse.Namespace) -> None:
    from clipcause.pools.preflight import preflight

    preflight(given.name, given.metadata, given.pool, given.urls, given.seed, given.output, given.threads)


def pack(given: argparse.Namespace) -> None:
    from clipcause.pools.pack import pack_files

    pack_files(given.metadata, given.pool, given.rows, given.shards)


def adopt(given: argparse.Namespace) -> None:
    from clipcause.pools.adopt import adopt_shards

    adopt_shards(given.pool, given.rows)


def index(given: argparse.Namespace) -> None:
    from clipcause.pools.index import index_pool

    index_pool(given.name, given.chunks, given.statistics, given.pool, given.samples, given.card, given.threads)


def main() -> int:
    parser, add = new_parser("pools", "From web pages, files or shards to a pool's index.")
    fetching = add("fetch", fetch, "bring tables of metadata here that lie elsewhere")
    fetching.add_argument(
        "--urls", nargs="+", required=True, help="URLs of files, or of globs where they can be listed"
    )
    fetching.add_argument("--output", type=Path, required=True, help="folder to write")
    commands = {
        "prepare": add("prepare", prepare, "bring a pool's tables of metadata into one parquet file"),
        "download": add("download", download, "download one chunk of a pool's URLs with img2dataset"),
        "retry": add("retry", retry, "ask again for the URLs of a chunk whose failure may be gone"),
        "preflight": add("preflight", preflight, "fetch a few URLs of a pool and tell what to expect of all"),
        "pack": add("pack", pack, "pack a folder or zip of images into shards"),
        "adopt": add("adopt", adopt, "take existing webdataset shards as a pool"),
        "index": add("index", index, "merge the rows of a pool's chunks into samples.parquet"),
    }
    for command in commands.values():
        command.add_argument(
            "--pool", type=json.loads, required=True, metavar="JSON", help="the pool's resolved settings"
        )
    commands["prepare"].add_argument("--tables", nargs="+", required=True, help="paths, globs and URLs of tables")
    commands["prepare"].add_argument("--fetched", type=Path, help="folder with the tables that have URLs")
    commands["prepare"].add_argument(
        "--metadata", type=Path, required=True, help="parquet to write, one row per sample"
    )
    commands["prepare"].add_argument("--memory-mb", type=int, default=1000)
    for name in ("preflight", "download", "pack"):
        commands[name].add_argument("--metadata", type=Path, required=True, help="the pool's prepared metadata")
    for name in ("download", "retry", "pack"):
        commands[name].add_argument("--shards", type=Path, required=True, help="folder of shards to write")
    for name in ("download", "retry", "pack", "adopt"):
        commands[name].add_argument("--rows", type=Path, required=True, help="parquet to write, one row per sample")
    for name in ("preflight", "download", "retry", "index"):
        commands[name].add_argument("--threads", type=int, required=True)
    for name in ("download", "retry"):
        commands[name].add_argument("--statistics", type=Path, required=True, help="img2dataset's statistics to keep")
    for name in ("preflight", "index"):
        commands[name].add_argument("--name", required=True)
    commands["download"].add_argument("--chunk", type=int, required=True, help="number of the chunk, from 0")
    commands["retry"].add_argument("--earlier", type=Path, required=True, help="the chunk's rows of the round before")
    commands["retry"].add_argument("--round", type=int, required=True, help="number of the round, from 2")
    commands["preflight"].add_argument("--urls", type=int, default=500, help="how many to fetch")
    commands["preflight"].add_argument("--seed", type=int, default=0, help="which ones")
    commands["preflight"].add_argument("--output", type=Path, required=True, help="JSON to write")
    commands["index"].add_argument("--chunks", type=Path, nargs="+", required=True, help="rows of the pool's chunks")
    commands["index"].add_argument("--statistics", type=Path, nargs="*", default=[], help="img2dataset's statistics")
    commands["index"].add_argument("--samples", type=Path, required=True, help="parquet to write")
    commands["index"].add_argument("--card", type=Path, required=True, help="JSON to write")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
