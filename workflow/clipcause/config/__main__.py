"""`python -m clipcause.config`: check, document."""

import sys
from pathlib import Path

from clipcause.job.command import log, new_parser, run


def check(arguments) -> None:
    from clipcause.config import resolve_for_run
    from clipcause.config.layers import read_layers

    resolve_for_run(read_layers(arguments.files))
    log.info("ok")


def document(arguments) -> None:
    from clipcause.config.document import document
    from clipcause.files.outputs import write_text

    write_text(arguments.output, document())


def main() -> int:
    parser, add = new_parser("config", "Check a configuration; print its schema as a page.")
    check_command = add("check", check, "say whether configuration files, laid over each other, are right")
    check_command.add_argument("files", nargs="+", type=Path, help="YAML or JSON, each laid over those before it")
    document_command = add("document", document, "write the page that describes every key")
    document_command.add_argument("--output", type=Path, required=True, help="Markdown file to write")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
