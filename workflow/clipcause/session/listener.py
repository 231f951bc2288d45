"""What hears Snakemake's log."""

import logging


class Listener(logging.Handler):
    """Hears what Snakemake logs. What goes wrong here is shown, and stops no job."""

    def emit(self, record: logging.LogRecord) -> None:
        """Take in what Snakemake says."""
        try:
            self.hear(record)
        except Exception:
            self.handleError(record)

    def hear(self, record: logging.LogRecord) -> None:
        """Take in what Snakemake says; may raise."""
        raise NotImplementedError
