"""`python -m clipcause.embeddings`: embed, nearest."""

import argparse
import json
import os
import sys
from pathlib import Path

from clipcause.job.arguments import named, part_of, together
from clipcause.job.command import new_parser, run


def embed(given: argparse.Namespace) -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # torch's threads leave their cores to those that decode
    import torch

    from clipcause.embeddings.embed import Task, embed
    from clipcause.embeddings.embedder import open_embedder
    from clipcause.errors import UserError
    from clipcause.files.outputs import settings_digest

    if len(given.tables) != len(given.outputs):
        raise UserError(f"{len(given.tables)} tables but {len(given.outputs)} outputs; give one folder per table")
    torch.set_num_threads(given.threads)
    embedder = open_embedder(given.embedder, given.run, given.code)
    part, parts = given.part
    for table, output in zip(given.tables, given.outputs, strict=True):
        state = given.state / settings_digest(output.as_posix())[:16]
        embed(Task(table, given.side, output, state, part, parts), embedder, given.threads, given.memory_mb << 20)


def nearest(given: argparse.Namespace) -> None:
    import torch

    from clipcause.embeddings.reference import write_nearest

    torch.set_num_threads(given.threads)
    write_nearest(given.images, together(given.testsets), given.output)


def main() -> int:
    parser, add = new_parser("embeddings", "Images and texts as vectors that can be compared.")
    command = add("embed", embed, "embed the images or captions that tables list")
    command.add_argument("--embedder", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    command.add_argument("--run", type=Path, help="folder of the run that the embedder is, if it is one")
    command.add_argument("--side", choices=("images", "captions"), required=True)
    command.add_argument(
        "--tables", type=Path, nargs="+", required=True, help="index of a pool or test set, manifest, or vocabulary"
    )
    command.add_argument("--outputs", type=Path, nargs="+", required=True, help="folder to make for each table")
    command.add_argument(
        "--part", type=part_of, default=(1, 1), metavar="K/N", help="only every N-th shard, from the K-th on"
    )
    command.add_argument("--code", type=Path, nargs="*", default=[], help="files whose edit makes vectors others")
    command.add_argument("--state", type=Path, required=True, help="folder that keeps what is done")
    command.add_argument("--threads", type=int, default=1)
    command.add_argument("--memory-mb", type=int, default=2000, help="memory to stay within")
    command = add("nearest", nearest, "for each test image, how near the nearest image of a reference set is")
    command.add_argument("--images", type=Path, nargs="+", required=True, help="embeddings of the reference set")
    command.add_argument(
        "--testsets", type=named("NAME=FOLDER"), nargs="*", default=[], metavar="NAME=FOLDER", help="those of test sets"
    )
    command.add_argument("--output", type=Path, required=True, help="parquet to write")
    command.add_argument("--threads", type=int, default=1)
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
