"""`python -m clipcause.pools`: download, pack, adopt, index."""

import json
import sys
from pathlib import Path

from clipcause.command import new_parser, run


def download(arguments) -> None:
    from clipcause.pools.download import download_chunk

    given = arguments
    download_chunk(given.metadata, given.pool, given.chunk, given.rows, given.shards, given.statistics, given.threads)


def pack(arguments) -> None:
    from clipcause.pools.pack import pack_files

    pack_files(arguments.metadata, arguments.pool, arguments.rows, arguments.shards)


def adopt(arguments) -> None:
    from clipcause.pools.adopt import adopt_shards

    adopt_shards(arguments.pool, arguments.rows)


def index(arguments) -> None:
    from clipcause.pools.index import index_pool

    given = arguments
    index_pool(given.name, given.chunks, given.statistics, given.pool, given.samples, given.card, given.threads)


def main() -> int:
    parser, add = new_parser("pools", "From web pages, files or shards to a pool's index.")
    commands = {
        "download": add("download", download, "download one chunk of a pool's URLs with img2dataset"),
        "pack": add("pack", pack, "pack a folder or zip of images into shards"),
        "adopt": add("adopt", adopt, "take existing webdataset shards as a pool"),
        "index": add("index", index, "merge the rows of a pool's chunks into samples.parquet"),
    }
    for command in commands.values():
        command.add_argument(
            "--pool", type=json.loads, required=True, metavar="JSON", help="the pool's resolved settings"
        )
    for name in ("download", "pack"):
        commands[name].add_argument("--metadata", type=Path, required=True, help="table of the pool's samples")
        commands[name].add_argument("--shards", type=Path, required=True, help="folder of shards to write")
    for name in ("download", "pack", "adopt"):
        commands[name].add_argument("--rows", type=Path, required=True, help="parquet to write, one row per sample")
    for name in ("download", "index"):
        commands[name].add_argument("--threads", type=int, required=True)
    commands["download"].add_argument("--chunk", type=int, required=True, help="number of the chunk, from 0")
    commands["download"].add_argument("--statistics", type=Path, required=True, help="img2dataset's statistics to keep")
    commands["index"].add_argument("--name", required=True)
    commands["index"].add_argument("--chunks", type=Path, nargs="+", required=True, help="rows of the pool's chunks")
    commands["index"].add_argument("--statistics", type=Path, nargs="*", default=[], help="img2dataset's statistics")
    commands["index"].add_argument("--samples", type=Path, required=True, help="parquet to write")
    commands["index"].add_argument("--card", type=Path, required=True, help="JSON to write")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
