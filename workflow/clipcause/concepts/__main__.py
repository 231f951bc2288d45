"""`python -m clipcause.concepts`: count."""

import sys
from pathlib import Path

from clipcause.command import new_parser, run


def count(arguments) -> None:
    from clipcause.concepts.count import count_concepts

    given = arguments
    count_concepts(given.captions, given.caption_column, given.vocabulary, given.output, given.threads)


def main() -> int:
    parser, add = new_parser("concepts", "How often captions mention the concepts of a vocabulary.")
    command = add("count", count, "count the captions that mention each concept")
    command.add_argument("--captions", required=True, help="parquet, CSV, TSV or JSONL file or glob")
    command.add_argument("--caption-column", required=True)
    command.add_argument("--vocabulary", type=Path, required=True, help="CSV of concepts or a classnames.txt")
    command.add_argument("--output", type=Path, required=True, help="frequency.parquet to write")
    command.add_argument("--threads", type=int, default=1)
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
