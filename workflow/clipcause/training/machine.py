"""How a process trains: threads, memory, checkpoints. None of it changes which samples are seen in which order."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Machine:
    """What a run may use of the machine it is on."""

    threads: int
    image_memory: int = 2 << 30  # bytes; decoded images that need more are decoded again for every batch
    checkpoint_seconds: float = 20.0  # at most so much work is lost

    def prepare(self, precision: str, compiled: bool = False) -> None:
        """Set torch up for this process: its threads, on a CPU only deterministic algorithms, on a GPU the fastest.

        `precision` tf32 lets a GPU round the inputs of fp32 products. Where towers are `compiled`, the compiler is
        told too, which takes a second or two to import.
        """
        torch.set_num_threads(self.threads)
        torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
        torch.backends.cudnn.allow_tf32 = precision == "tf32"
        torch.backends.cudnn.benchmark = True
        deterministic = not torch.cuda.is_available()
        if compiled:
            torch.use_deterministic_algorithms(deterministic)
        else:
            torch.set_deterministic_debug_mode("error" if deterministic else "default")
        torch.utils.deterministic.fill_uninitialized_memory = False  # a debugging aid that costs time
