"""What every `python -m clipcause.<stage>` shares: messages, errors, threads, signals.

A stage's `__main__.py` builds an argparse parser whose sub-commands set `action` to a function
of the parsed arguments; heavy imports stay inside those functions. What changes results is stated by
the rules, even where a parser has a default for those who call it by hand.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from clipcause import took
from clipcause.errors import UserError

log = logging.getLogger("clipcause")
TERMINAL = "CLIPCAUSE_TERMINAL"  # set by whoever shows what jobs write to their logs: they leave it the terminal


def new_parser(stage: str, description: str) -> tuple[argparse.ArgumentParser, Callable]:
    """A parser for one stage and a function `add(name, action, help)` that adds a sub-command to it."""
    parser = argparse.ArgumentParser(prog=f"python -m clipcause.{stage}", description=description)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, action: Callable, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.add_argument("--log", type=Path, help="also write messages to this file")
        command.set_defaults(action=action)
        return command

    return parser, add


def run(parser: argparse.ArgumentParser, arguments: list[str] | None = None) -> int:
    """Parse, act, and turn what happens into an exit status: 0 done, 1 user error or bug, 130/143 stopped.

    A UserError is one line that begins with `error:`; a bug keeps its traceback, in the log too.
    """
    parsed = parser.parse_args(arguments)
    _log_to(parsed.log)
    signal.signal(signal.SIGTERM, _stop)
    try:
        parsed.action(parsed)
    except UserError as error:
        log.error("error: %s", error)
        return 1
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        log.error("error: %s: %s", error.filename or "writing an output", error.strerror)
        return 1
    except KeyboardInterrupt:
        log.error("stopped")
        return 130
    except Exception:
        log.exception("a bug in clipcause, not in your input; please report the lines below")
        return 1
    if parsed.log and os.environ.get("RANK", "0") == "0":  # of torchrun's processes one speaks for all
        with open(parsed.log, "a", encoding="utf-8") as file:
            file.write(f"{took.line()}\n")
    return 0


def _stop(number: int, frame: object) -> None:
    log.error("stopped by signal %s", signal.Signals(number).name)
    sys.exit(128 + number)


def _log_to(path: Path | None) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if path:
        if os.environ.get(TERMINAL):  # Snakemake shows progress from the log, and its end if the job fails
            handlers[0].addFilter(lambda record: record.levelno == logging.WARNING)
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(path, mode="w", encoding="utf-8"))
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=handlers, force=True)
    log.setLevel(os.environ.get("CLIPCAUSE_LOG_LEVEL", "INFO"))
