"""Progress for people: one line every few seconds, which can be read back from a job's log."""

import re
import time
from dataclasses import dataclass

from clipcause.command import log

INTERVAL = 3.0  # seconds between two lines
LINE = re.compile(
    r"(?P<name>.+): (?:(?P<percent>\d+) %|[\d,]+ so far), (?P<rate>[\d,]+) (?P<unit>[^,]+)/s(?:, \d+ s left)?"
)
PART = re.compile(r"\((\d+) of (\d+)\)$")


class Progress:
    """Logs lines such as `longtail/clip seed 1 (2 of 3): 61 %, 2,450 samples/s, 12 s left`."""

    def __init__(self, name: str, total: int | None, unit: str, done: int = 0) -> None:
        """`total` is counted in `unit`, None if it is not known; `done` of it was done before this process."""
        self._name, self._total, self._unit = name, total, unit
        self._last = (time.monotonic(), done)

    def update(self, done: int) -> None:
        """Say how much is done; a line follows if the last one is a while ago. The rate is since that one."""
        now = time.monotonic()
        seconds = now - self._last[0]
        if seconds < INTERVAL or done == self._last[1]:
            return
        rate = (done - self._last[1]) / seconds
        speed = f"{rate:,.0f} {self._unit}/s"
        if self._total is None:
            log.info("%s: %s so far, %s", self._name, f"{done:,}", speed)
        else:
            left = (self._total - done) / rate
            log.info("%s: %.0f %%, %s, %.0f s left", self._name, 100 * done / self._total, speed, left)
        self._last = (now, done)


@dataclass(frozen=True)
class Reported:
    """What a line of progress says of its job: the rate per second, and the share that is done, 0 to 1, if it can."""

    rate: float
    unit: str
    share: float | None


def read_line(line: str) -> Reported | None:
    """Read a line of `Progress` back; None for any other line.

    `(2 of 3)` after the name counts the parts of a job. A name with a colon in it is that of a phase
    (`longtail/clip seed 1 (2 of 3): reading images`), which says nothing about the whole job.
    """
    found = LINE.fullmatch(line.strip())
    if found is None:
        return None
    share = None
    if found["percent"] and ": " not in found["name"]:
        part = PART.search(found["name"])
        number, parts = map(int, part.groups()) if part else (1, 1)
        share = (number - 1 + int(found["percent"]) / 100) / parts
    return Reported(float(found["rate"].replace(",", "")), found["unit"], share)
