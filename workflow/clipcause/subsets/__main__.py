"""`python -m clipcause.subsets`: build, describe, materialize."""

import argparse
import json
import os
import sys
from pathlib import Path

from clipcause.job.arguments import named, together
from clipcause.job.command import new_parser, run


def build(given: argparse.Namespace) -> None:
    use_threads(given.threads)
    from clipcause.subsets.build import build_subset
    from clipcause.subsets.order import Order

    order = Order(
        name=given.name,
        settings=given.subset,
        draw=given.draw,
        sources=dict(given.sources),
        pools=dict(given.pools),
        vocabulary=given.vocabulary,
        frequency=given.frequency,
        size_of=given.size_of,
        matches=tuple(given.matches),
        embeddings=by_role(given.embeddings),
    )
    build_subset(order, given.manifest, given.card, given.threads, given.memory_mb, given.removed)


def describe(given: argparse.Namespace) -> None:
    use_threads(given.threads)
    from clipcause.subsets.details import write_details
    from clipcause.subsets.order import Order

    manifest, pools = {given.name: given.manifest}, dict(given.pools)
    order = Order(given.name, {"where": {}}, given.draw, manifest, pools, embeddings=by_role(given.embeddings))
    write_details(
        order,
        given.attributes,
        given.near_duplicate,
        given.output,
        given.nearest,
        given.threads,
        given.memory_mb,
    )


def materialize(given: argparse.Namespace) -> None:
    from clipcause.subsets.materialize import materialize

    materialize(given.manifest, given.output, given.samples_per_shard, given.threads, given.memory_mb)


def use_threads(threads: int) -> None:
    """Let the libraries that are imported from now on compute with so many threads."""
    os.environ |= {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}


def by_role(folders: list[tuple[str, Path]]) -> dict[str, tuple[Path, ...]]:
    """Folders by the part they play, those of one part in the order given."""
    return {role: tuple(each) for role, each in together(folders).items()}


def main() -> int:
    parser, add = new_parser("subsets", "Interventions on pools and on other subsets.")
    files = {"nargs": "+", "type": named(), "required": True, "metavar": "NAME=FILE"}
    folders = {"nargs": "*", "type": named("ROLE=FOLDER"), "default": [], "metavar": "ROLE=FOLDER"}
    command = add("build", build, "write the manifest and the data card of a subset")
    command.add_argument("--name", required=True)
    command.add_argument("--subset", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    command.add_argument("--sources", help="what it is taken from: samples.parquet of a pool, or a manifest", **files)
    command.add_argument("--pools", help="samples.parquet of every pool behind the sources", **files)
    command.add_argument("--draw", type=int, required=True)
    command.add_argument("--vocabulary", help="vocabulary file, where the method needs it")
    command.add_argument("--frequency", type=Path, help="frequency.parquet, where the method needs it")
    command.add_argument("--size-of", type=Path, help="manifest whose size it takes, for a control")
    command.add_argument("--matches", type=Path, nargs="*", default=[], help="matches.parquet of every source")
    roles = "embeddings by the part they play: images, captions/SOURCE, definitions, reference, testsets/NAME"
    command.add_argument("--embeddings", help=roles, **folders)
    command.add_argument("--removed", type=Path, help="parquet to write of what was removed and why")
    command.add_argument("--manifest", type=Path, required=True, help="parquet to write")
    command.add_argument("--card", type=Path, required=True, help="JSON to write")
    command.add_argument("--threads", type=int, default=1)
    command.add_argument("--memory-mb", type=int, default=2000, help="memory to stay within")
    command = add("describe", describe, "write what a data card says beyond sizes: attributes, similarity, truth")
    command.add_argument("--name", required=True)
    command.add_argument("--draw", type=int, required=True)
    command.add_argument("--manifest", type=Path, required=True)
    command.add_argument("--pools", help="samples.parquet of every pool behind it", **files)
    command.add_argument("--attributes", type=json.loads, default={}, metavar="JSON", help="resolved settings by name")
    command.add_argument("--embeddings", help="images, testsets/NAME", **folders)
    command.add_argument("--near-duplicate", type=float, default=0.05, help="cosine distance of near duplicates")
    command.add_argument("--output", type=Path, required=True, help="JSON to write")
    command.add_argument("--nearest", type=Path, required=True, help="parquet to write, similarity to test images")
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
