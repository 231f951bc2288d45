"""python -m clipcause.miniweb: draw the miniweb's pools, test sets and vocabularies."""

import argparse
import sys
from pathlib import Path

from clipcause.job.command import new_parser, run


def pool(given: argparse.Namespace) -> None:
    from clipcause.miniweb.pool import write_pool
    from clipcause.miniweb.settings import Settings

    settings = Settings.from_json(given.settings)
    write_pool(given.name, settings, given.site, given.metadata, given.threads)


def testset(given: argparse.Namespace) -> None:
    from clipcause.miniweb.settings import Settings
    from clipcause.miniweb.testsets import write_named_testset

    write_named_testset(given.name, Settings.from_json(given.settings), given.output)


def vocabulary(given: argparse.Namespace) -> None:
    from clipcause.miniweb.vocabulary import write_vocabulary
    from clipcause.miniweb.words import CLASSES, COLOUR_CONCEPTS, FURTHER, PLACE_CONCEPTS

    write_vocabulary(given.output, CLASSES)
    write_vocabulary(given.open_world, FURTHER)
    write_vocabulary(given.colours, COLOUR_CONCEPTS)
    write_vocabulary(given.places, PLACE_CONCEPTS)


def contact_sheet(given: argparse.Namespace) -> None:
    from clipcause.miniweb.settings import Settings
    from clipcause.miniweb.sheet import write_contact_sheet

    write_contact_sheet(given.output, Settings.from_json(given.settings))


def main() -> int:
    parser, add = new_parser("miniweb", "Draw a small web of pictures whose truth is known.")

    command = add("pool", pool, "draw a pool: a table of URLs with captions, and the site that answers them")
    command.add_argument("--name", required=True, help="diverse (all styles) or photo")
    command.add_argument("--settings", required=True, help="the config's miniweb section as JSON")
    command.add_argument("--site", type=Path, required=True, help="zip to write: the answers by path")
    command.add_argument("--metadata", type=Path, required=True, help="parquet to write: URLs, captions, labels, truth")
    command.add_argument("--threads", type=int, required=True, help="processes to draw with")

    command = add("testset", testset, "draw a test set")
    command.add_argument(
        "--name",
        required=True,
        help="a style, balanced, natural, reference, neutral, crossed, retrieval, colours, places, further, or one of "
        "these three with _train",
    )
    command.add_argument("--settings", required=True, help="the config's miniweb section as JSON")
    command.add_argument("--output", type=Path, required=True, help="folder to write, in CLIP-benchmark's layout")

    command = add("vocabulary", vocabulary, "write the words to look for in captions")
    command.add_argument("--output", type=Path, required=True, help="CSV of the classes that test sets ask for")
    command.add_argument("--open-world", type=Path, required=True, help="CSV of the further objects in the pools")
    command.add_argument("--colours", type=Path, required=True, help="CSV of the colours that objects have")
    command.add_argument("--places", type=Path, required=True, help="CSV of the places where photographs are taken")

    command = add("contact-sheet", contact_sheet, "draw every class in every style side by side")
    command.add_argument("--settings", required=True, help="the config's miniweb section as JSON")
    command.add_argument("--output", type=Path, required=True, help="PNG to write")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
