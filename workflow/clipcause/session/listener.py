"""What hears Snakemake's log."""

import logging
from collections.abc import Callable

Hear = Callable[[logging.LogRecord], None]


class Listener(logging.Handler):
    """Hands what Snakemake logs to `hear`, and calls `end` when logging ends.

    What goes wrong in them is shown, and stops no job.
    """

    def __init__(self, hear: Hear, end: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._hear, self._end = hear, end

    def emit(self, record: logging.LogRecord) -> None:
        """Take in what Snakemake says."""
        try:
            self._hear(record)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Hear nothing more."""
        self._end()
        super().close()
