"""How a process trains: threads, memory, checkpoints. None of it changes which samples are seen in which order."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Machine:
    """What a run may use of the machine it is on."""

    threads: int
    image_memory: int = 2 << 30  # bytes; decoded images that need more are decoded again for every batch
    checkpoint_seconds: float = 20.0  # at most so much work is lost

    def prepare(self) -> None:
        """Set torch up for this process: its threads, and only deterministic algorithms."""
        torch.set_num_threads(self.threads)
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # a debugging aid that costs time
