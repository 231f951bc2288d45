"""A terminal with a status line that is drawn anew, below what is said once; elsewhere plain lines, now and then."""

import io
import os
import threading
import time
from typing import TextIO

ERASE = "\r\033[K"
REDRAWN = 0.5  # seconds between two drawings of the status line
REPEATED = 15.0  # seconds between two plain lines of status


class Terminal:
    """Where people read along."""

    def __init__(self, stream: TextIO | None) -> None:
        """`stream` is None where Python has none, as after `2>&-`."""
        self._stream = stream if stream is not None else io.StringIO()
        self.live = self._stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.interval = REDRAWN if self.live else REPEATED
        self._status, self._told = "", -REPEATED
        self._lock = threading.RLock()

    def status(self, line: str) -> None:
        """Show how things stand; cut to the width of a terminal, so that it stays one line."""
        with self._lock:
            if self.live:
                width = self._columns() - 1
                self._status = line if len(line) <= width else f"{line[: max(width - 1, 0)]}…"
                self._write(f"{ERASE}{self._status}")
            elif line != self._status and time.monotonic() - self._told >= REPEATED:
                self._status, self._told = line, time.monotonic()
                self._write(f"{line}\n")

    def say(self, text: str) -> None:
        """Write something that stays, above the status line."""
        with self._lock:
            if self.live:
                self._status = ""  # it may no longer be true; the next one is due in a moment
                self._write(f"{ERASE}{text}\n")
            else:
                self._write(f"{text}\n")

    def clear(self) -> None:
        """Take the status line away."""
        with self._lock:
            if self.live and self._status:
                self._status = ""
                self._write(ERASE)

    def loud(self, text: str) -> str:
        """A text that catches the eye."""
        return f"\033[1;31m{text}\033[0m" if self.live and not os.environ.get("NO_COLOR") else text

    def _columns(self) -> int:
        """How wide the terminal is that is written to, wherever standard output goes."""
        try:
            own = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            own = 0
        asked = os.environ.get("COLUMNS", "")
        return int(asked) if asked.isdecimal() and int(asked) else own or 80

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # whoever read along has gone; the jobs go on
            pass
