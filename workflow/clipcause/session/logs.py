"""What jobs write to their logs, read while they are at work and when they failed."""

import re
from collections.abc import Iterable
from pathlib import Path

from clipcause.session.progress_lines import Reported, read_line

END = 8192  # bytes at the end of a log that are looked at
LONGEST = 1000  # characters of a line
SEQUENCES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.?)")  # what terminals obey


def last_lines(logs: Iterable[str], since: float, most: int) -> tuple[str | None, list[str]]:
    """The first log written after `since` (seconds since the epoch) that says something, and its last lines."""
    for log in logs:
        lines = [line.rstrip() for line in _end(Path(log), since) if line.strip()]
        if lines:
            return log, lines[-most:]
    return None, []


def last_progress(logs: Iterable[str], since: float) -> Reported | None:
    """The last line of progress in logs written after `since`; None if there is none."""
    for log in logs:
        for line in reversed(_end(Path(log), since)):
            if reported := read_line(line):
                return reported
    return None


def _end(log: Path, since: float) -> list[str]:
    try:
        if log.stat().st_mtime < since - 1:  # file systems round
            return []
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - END, 0))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [_plain(line) for line in text.replace("\r", "\n").splitlines()]


def _plain(line: str) -> str:
    """A line without what moves a terminal's cursor or colours it, and not endless."""
    shown = "".join(each if each.isprintable() else " " for each in SEQUENCES.sub("", line).expandtabs())
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
