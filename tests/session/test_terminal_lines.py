"""A status line on a terminal and elsewhere, and which of Snakemake's messages stay."""

import fcntl
import io
import logging
import os
import struct
import termios
from enum import Enum

import pytest
from snakemake.exceptions import MissingRuleException

from clipcause.session import terminal
from clipcause.session.messages import Messages
from clipcause.session.terminal import ERASE, Terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Event(Enum):
    STARTED = "workflow_started"
    RUN_INFO = "run_info"
    JOB_INFO = "job_info"
    JOB_ERROR = "job_error"
    ERROR = "error"


@pytest.fixture(autouse=True)
def forty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")


def test_on_a_terminal_the_status_is_drawn_anew_below_what_is_said():
    screen = Screen()
    shown = Terminal(screen)
    shown.status("one")
    shown.say("a warning")
    shown.status("x" * 60)
    shown.clear()
    assert screen.getvalue() == f"{ERASE}one{ERASE}a warning\n{ERASE}{'x' * 38}…{ERASE}"
    assert shown.loud("error") == "\033[1;31merror\033[0m"


def test_elsewhere_it_is_a_plain_line_now_and_then(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: clock[0])
    for stream in (io.StringIO(), Screen()):
        monkeypatch.setenv("TERM", "dumb")
        shown = Terminal(stream)
        for seconds, line in ((0, "one"), (1, "two"), (terminal.REPEATED, "three" * 20), (99, "three" * 20)):
            clock[0] = 100.0 + seconds
            shown.status(line)
        shown.say("said")
        shown.clear()
        assert stream.getvalue() == f"one\n{'three' * 20}\nsaid\n"
        assert shown.loud("error") == "error"


def test_a_reader_who_has_gone_stops_nothing():
    screen = Screen()
    shown = Terminal(screen)
    screen.close()
    shown.status("nobody reads this")
    shown.say("nor this")


def test_without_a_standard_error_nothing_is_said():
    shown = Terminal(None)
    shown.status("one")
    shown.say("two")
    assert not shown.live


def test_the_width_is_that_of_the_terminal_written_to(monkeypatch):
    monkeypatch.delenv("COLUMNS")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 20, 0, 0))
    with os.fdopen(theirs, "w") as screen:  # standard output may go elsewhere
        Terminal(screen).status("x" * 60)
        assert os.read(ours, 200).decode() == f"{ERASE}{'x' * 18}…"
    os.close(ours)


def record(event: Event | None, text: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.makeLogRecord({"event": event, "msg": text, "levelno": level, "funcName": "execute"})


def shown(dryrun: bool, *records: logging.LogRecord) -> list[str]:
    messages = Messages(Terminal(Screen()), dryrun)
    return [each.msg for each in records if messages.filter(each)]


def test_warnings_errors_and_news_stay_and_what_is_told_otherwise_goes():
    told = [
        record(Event.STARTED, "header"),
        record(Event.RUN_INFO, "table"),
        record(Event.JOB_INFO, "rule train"),
        record(None, "a warning", logging.WARNING),
        record(Event.JOB_ERROR, "Error in rule train", logging.ERROR),
        record(Event.ERROR, "RuleException:\nCalledProcessError in file x", logging.ERROR),
        record(Event.ERROR, "MissingOutputException in rule y", logging.ERROR),
        record(None, "Terminating processes on user request"),
        record(None, "Nothing to be done"),
    ]
    kept = ["a warning", "MissingOutputException in rule y", "Terminating processes on user request"]
    assert shown(False, *told) == kept
    assert shown(True, *told) == ["table", *kept]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("longtial", "did you mean longtail?"),
        ("zebra", "name a study of the configuration, a step, or the path of a file"),
        ("results/runs/quater/run.json", "the Snakefile's first lines say what lies where"),
    ],
)
def test_a_target_that_nothing_makes_is_told_with_what_might_be_meant(target, said):
    text = f"MissingRuleException:\n{MissingRuleException(target)}"
    met = logging.makeLogRecord({"levelno": logging.ERROR, "msg": text})
    assert Messages(Terminal(None), rules=lambda: ["train", "longtail"]).filter(met)
    assert met.getMessage().startswith(f"Error: nothing makes {target}; {said}")


def test_before_the_jobs_are_looked_at_snakemake_speaks():
    assert shown(False, record(None, "Unlocked working directory.")) == ["Unlocked working directory."]
