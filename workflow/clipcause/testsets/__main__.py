"""`python -m clipcause.testsets`: fetch, folder, part."""

import argparse
import json
import sys
from pathlib import Path

from clipcause.job.command import new_parser, run


def fetch(given: argparse.Namespace) -> None:
    from clipcause.testsets.fetch import fetch_testset

    fetch_testset(given.name, given.url, given.split, given.folder)


def folder(given: argparse.Namespace) -> None:
    from clipcause.testsets.index import index_folder

    index_folder(given.folder, given.samples, given.description, given.classes)


def part(given: argparse.Namespace) -> None:
    from clipcause.testsets.index import index_pool_part

    index_pool_part(given.pool, given.testset, given.samples, given.description)


def main() -> int:
    parser, add = new_parser("testsets", "Fetch and index labelled test images.")
    fetch_command = add("fetch", fetch, "fetch a folder in CLIP-benchmark's webdataset layout from the web")
    fetch_command.add_argument("--name", required=True, help="the test set's name, for messages")
    fetch_command.add_argument("--url", required=True, help="of the folder, or hf://datasets/OWNER/NAME")
    fetch_command.add_argument("--split", default="test", help="the split to fetch, as the folder's test/")
    fetch_command.add_argument("--folder", type=Path, required=True, help="folder to write")
    folder_command = add("folder", folder, "index a folder in CLIP-benchmark's webdataset layout")
    folder_command.add_argument("--folder", type=Path, required=True)
    folder_command.add_argument("--classes", choices=("all", "imagenet"), default="all", help="which classes to take")
    part_command = add("part", part, "make a test set of a held-out part of a pool")
    part_command.add_argument("--pool", type=Path, required=True, help="the pool's samples.parquet")
    part_command.add_argument("--testset", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    for command in (folder_command, part_command):
        command.add_argument("--samples", type=Path, required=True, help="parquet to write")
        command.add_argument("--description", type=Path, required=True, help="JSON to write")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
