"""A terminal with a status line that is drawn anew, below what is said once; elsewhere plain lines, now and then."""

import os
import shutil
import threading
import time
from typing import TextIO

ERASE = "\r\033[K"
REDRAWN = 0.5  # seconds between two drawings of the status line
REPEATED = 15.0  # seconds between two plain lines of status


class Terminal:
    """Where people read along."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.live = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.interval = REDRAWN if self.live else REPEATED
        self._status, self._told = "", -REPEATED
        self._lock = threading.RLock()

    def status(self, line: str) -> None:
        """Show how things stand; cut to the width of a terminal, so that it stays one line."""
        with self._lock:
            if self.live:
                width = shutil.get_terminal_size().columns - 1
                self._status = line if len(line) <= width else f"{line[: width - 1]}…"
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

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # whoever read along has gone; the jobs go on
            pass
