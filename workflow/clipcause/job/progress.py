"""Progress for people: one line every few seconds."""

import time

from clipcause.job.command import log
from clipcause.job.took import work_begins

INTERVAL = 3.0  # seconds between two lines


class Progress:
    """Logs lines such as `longtail/clip seed 1 (2 of 3): 61 %, 2,450 samples/s, 12 s left`."""

    def __init__(self, name: str, total: int | None, unit: str, done: int = 0) -> None:
        """`total` is counted in `unit`, None if it is not known; `done` of it was done before this process."""
        work_begins()
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
