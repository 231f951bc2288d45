"""`python -m clipcause.subsets`: build, materialize."""

import argparse
import json
import sys
from pathlib import Path

from clipcause.command import new_parser, run


def build(given: argparse.Namespace) -> None:
    from clipcause.subsets.build import build_subset
    from clipcause.subsets.order import Order

    embeddings: dict[str, tuple[Path, ...]] = {}
    for role, folder in given.embeddings:
        embeddings[role] = (*embeddings.get(role, ()), folder)
    order = Order(
        given.name,
        given.subset,
        given.draw,
        dict(given.sources),
        dict(given.pools),
        given.vocabulary,
        given.frequency,
        given.size_of,
        tuple(given.matches),
        embeddings,
    )
    build_subset(order, given.manifest, given.card, given.threads, given.memory_mb, given.removed)


def materialize(given: argparse.Namespace) -> None:
    from clipcause.subsets.materialize import materialize

    materialize(given.manifest, given.output, given.samples_per_shard, given.threads, given.memory_mb)


def named_file(text: str) -> tuple[str, Path]:
    """`diverse=results/pools/diverse/samples.parquet` -> name and path."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE")
    return name, Path(path)


def main() -> int:
    parser, add = new_parser("subsets", "Interventions on pools and on other subsets.")
    command = add("build", build, "write the manifest and the data card of a subset")
    command.add_argument("--name", required=True)
    command.add_argument("--subset", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    files = {"nargs": "+", "type": named_file, "required": True, "metavar": "NAME=FILE"}
    command.add_argument("--sources", help="what it is taken from: samples.parquet of a pool, or a manifest", **files)
    command.add_argument("--pools", help="samples.parquet of every pool behind the sources", **files)
    command.add_argument("--draw", type=int, required=True)
    command.add_argument("--vocabulary", help="vocabulary file, where the method needs it")
    command.add_argument("--frequency", type=Path, help="frequency.parquet, where the method needs it")
    command.add_argument("--size-of", type=Path, help="manifest whose size it takes, for a control")
    command.add_argument("--matches", type=Path, nargs="*", default=[], help="matches.parquet of every source")
    command.add_argument(
        "--embeddings",
        type=named_file,
        nargs="*",
        default=[],
        metavar="ROLE=FOLDER",
        help="embeddings by the part they play: images, captions, definitions, reference, testsets/NAME",
    )
    command.add_argument("--removed", type=Path, help="parquet to write of what was removed and why")
    command.add_argument("--manifest", type=Path, required=True, help="parquet to write")
    command.add_argument("--card", type=Path, required=True, help="JSON to write")
    command.add_argument("--threads", type=int, default=1)
    command.add_argument("--memory-mb", type=int, default=2000, help="memory to stay within")
    command = add("materialize", materialize, "write the samples of a manifest as webdataset shards")
    command.add_argument("--manifest", type=Path, required=True)
    command.add_argument("--output", type=Path, required=True, help="folder to write; one that is there is replaced")
    command.add_argument("--samples-per-shard", type=int, default=10_000)
    command.add_argument("--threads", type=int, default=1)
    command.add_argument("--memory-mb", type=int, default=2000, help="memory for sorting the manifest")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
