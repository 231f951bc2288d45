"""What every `python -m clipcause.<stage>` shares: messages, errors, threads, signals.

A stage's `__main__.py` builds an argparse parser whose sub-commands set `action` to a function
of the parsed arguments; heavy imports stay inside those functions. What changes results is stated by
the rules, even where a parser has a default for those who call it by hand.
"""

import argparse
import contextlib
import errno
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from clipcause.errors import DamagedFileError, DiskFullError, UserError
from clipcause.files.disk import disk_full, is_full
from clipcause.job import took

log = logging.getLogger("clipcause")
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
PARQUET = re.compile(r"""["']([^"']+\.parquet)["']""")  # named by DuckDB in what it says of a file
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
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _stop)
    threading.excepthook = _in_thread
    try:
        parsed.action(parsed)
    except KeyboardInterrupt:
        log.error("stopped")
        return 130
    except Exception as error:
        if (said := _in_words(error)) is None:
            log.exception("a bug in clipcause, not in your input; please report the lines below")
        else:
            log.error("error: %s", said)
        return 1
    if parsed.log and os.environ.get("RANK", "0") == "0":  # of torchrun's processes one speaks for all
        with contextlib.suppress(OSError), open(parsed.log, "a", encoding="utf-8") as file:  # the work is done
            file.write(f"{took.line()}\n")
    return 0


def _in_thread(met: threading.ExceptHookArgs) -> None:
    """Show what ends a library's thread, unless it is a full disk: whoever waits for the thread tells of that."""
    if met.exc_value is None or not is_full(met.exc_value):
        threading.__excepthook__(met)


def _in_words(error: Exception) -> str | None:
    """What to tell of an error; None of a bug."""
    if is_full(error) and not isinstance(error, DiskFullError):
        named = error.filename if isinstance(error, OSError) else None
        return str(disk_full(named or "results"))
    if isinstance(error, UserError):
        return str(error)
    if type(error).__module__.endswith("duckdb") and (damaged := PARQUET.search(str(error))):
        return str(DamagedFileError(damaged[1], error))
    if isinstance(error, OSError) and (error.filename is not None or error.errno is not None):
        remedy = "; make it writable and run this again" if error.errno in CLOSED else ""
        return f"{error.filename or 'writing an output'}: {error.strerror}{remedy}"
    return None


class LogFile(logging.FileHandler):
    """A log; an error that it cannot take, as on a full disk, goes to the terminal."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, the name is logging's
        """Say it elsewhere."""
        if record.levelno >= logging.ERROR:
            print(record.getMessage(), file=sys.stderr)


def _stop(number: int, frame: object) -> None:
    log.error("stopped by signal %s", signal.Signals(number).name)
    sys.exit(128 + number)


def _log_to(path: Path | None) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if path:
        if os.environ.get(TERMINAL):  # Snakemake shows progress from the log, and its end if the job fails
            handlers[0].addFilter(lambda record: record.levelno == logging.WARNING)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(LogFile(path, mode="w", encoding="utf-8"))
        except OSError:  # as on a disk that is full or may not be written to: the messages go to the terminal
            handlers[0].filters.clear()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=handlers, force=True)
    log.setLevel(os.environ.get("CLIPCAUSE_LOG_LEVEL", "INFO"))
