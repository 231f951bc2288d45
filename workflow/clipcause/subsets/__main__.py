"""`python -m clipcause.subsets`: build."""

import json
import sys
from pathlib import Path

from clipcause.command import new_parser, run


def build(arguments) -> None:
    from clipcause.subsets.build import build_subset

    given = arguments
    build_subset(
        given.name, given.pool, given.subset, given.vocabulary, given.draw, given.manifest, given.card, given.threads
    )


def main() -> int:
    parser, add = new_parser("subsets", "Interventions on a pool.")
    command = add("build", build, "write the manifest and the data card of a subset")
    command.add_argument("--name", required=True)
    command.add_argument("--pool", type=Path, required=True, help="the pool's samples.parquet")
    command.add_argument("--subset", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    command.add_argument(
        "--vocabulary", type=Path, help="CSV of concepts or a classnames.txt, where the method needs it"
    )
    command.add_argument("--draw", type=int, required=True)
    command.add_argument("--manifest", type=Path, required=True, help="parquet to write")
    command.add_argument("--card", type=Path, required=True, help="JSON to write")
    command.add_argument("--threads", type=int, default=1)
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
