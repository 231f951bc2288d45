"""What jobs write to their logs, read while they are at work and when they failed."""

from collections.abc import Iterable
from pathlib import Path

from clipcause.session.progress_lines import Reported, read_line

END = 8192  # bytes at the end of a log that are looked at


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
    return text.replace("\r", "\n").splitlines()
