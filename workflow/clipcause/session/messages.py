"""Which of Snakemake's messages a person still sees: warnings and errors, unless they are told in other words."""

import logging
import os
from collections.abc import Callable, Iterable

from clipcause.session.terminal import Terminal
from clipcause.session.unknown_target import unknown_target

NEWS = ("Terminating processes", "Will exit after", "Trying to restart job")  # of what is not an error
ASIDES = ("configfile", "execute_workflow")  # Snakemake's functions that say what a person knows: layers, file system
TOLD = (  # errors that a failed job's own account, or the last words, make plain
    "CalledProcessError in file",
    "Exiting because a job execution failed",
    "At least one job did not complete successfully",
)
GUESSES = (  # of SLURM's plugin, which looks for an account where none is asked for
    "No SLURM account given",
    "No account was given, not able to get",
    "Guessed SLURM account",
    "Unable to guess SLURM account",
)
LOCKED = (  # so Snakemake meets another one: what a dead one left was cleared before
    "Directory cannot be locked",
    "The files below seem to be incomplete",
)
AT_WORK = (
    "Error: another Snakemake is making the same files in {folder}; wait until it ends, or stop it, then run this "
    "again. If there is none, `snakemake --unlock` says so to this one."
)


def event_of(record: logging.LogRecord) -> str | None:
    """What Snakemake says a record is about: `job_info`, `job_error`; None for plain text."""
    event = getattr(record, "event", None)
    return None if event is None else str(event.value)


def nothing_to_do(record: logging.LogRecord) -> bool:
    """Whether Snakemake says that all is up to date."""
    return str(record.msg).startswith("Nothing to be done")


class Messages(logging.Filter):
    """Lets through what a person should see; takes the status line away before it appears."""

    def __init__(self, terminal: Terminal, dryrun: bool = False, rules: Callable[[], Iterable[str]] = tuple) -> None:
        """`rules` tells the names of rules, which are not there yet when messages begin."""
        super().__init__()
        self._terminal, self._table_wanted, self._at_work, self._rules = terminal, dryrun, False, rules

    def filter(self, record: logging.LogRecord) -> bool:
        """Before and after the jobs' graph is worked on (`--lint`, `--unlock`) all messages stay."""
        if event_of(record) == "workflow_started":
            self._at_work = True
        shown = self._wanted(record)
        if shown:
            self._terminal.clear()
        return shown

    def _wanted(self, record: logging.LogRecord) -> bool:
        event, text = event_of(record), str(record.msg)
        if any(locked in text for locked in LOCKED):
            record.msg, record.args = AT_WORK.format(folder=os.getcwd()), ()
        if (unknown := unknown_target(text, self._rules())) is not None:
            record.msg, record.args = unknown, ()
        if event == "run_info" and self._table_wanted:
            self._table_wanted = False
            return True
        if record.levelno >= logging.WARNING:
            return event != "job_error" and not any(told in text for told in TOLD) and not text.startswith(GUESSES)
        return text.startswith(NEWS) or not (self._at_work or record.funcName in ASIDES)
