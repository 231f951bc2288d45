"""The learning curve as TensorBoard shows it, while it grows."""

from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from clipcause.files.disk import naming


class Board:
    """Writes one run's learning curve for TensorBoard; what is done again after a kill replaces what stood there."""

    def __init__(self, directory: str | Path, samples_seen: int = 0) -> None:
        """Go on in `directory` after so many samples."""
        self._directory = directory
        with naming(directory):
            self._writer = SummaryWriter(str(directory), purge_step=samples_seen + 1, flush_secs=10)

    def show(self, record: dict) -> None:
        """Add a record of the learning curve, at its samples seen."""
        with naming(self._directory):
            for name in ("loss", "learning_rate"):
                self._writer.add_scalar(name, record[name], record["samples_seen"])

    def close(self) -> None:
        """Write what is left."""
        with naming(self._directory):
            self._writer.close()
