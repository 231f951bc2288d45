"""The device that a process computes on: jobs that run side by side on one machine take a GPU each."""

import fcntl
import os
import tempfile
from functools import cache

import torch

from clipcause.errors import UserError


@cache
def own_device() -> torch.device:
    """The processor, or else a GPU that no other of the user's jobs here has; the process keeps it until it ends.

    Where all are taken it is the first, which is then shared.
    """
    if not torch.cuda.is_available():
        return torch.device("cpu")
    gpus = torch.cuda.device_count()
    free = (gpu for gpu in range(gpus) if _take(str(torch.cuda.get_device_properties(gpu).uuid)))
    device = torch.device("cuda", next(free, 0) if gpus > 1 else 0)
    torch.cuda.set_device(device)
    return device


def _take(gpu: str) -> bool:
    """Lock a GPU, known by an identity that does not hang on which ones a job can see; False if another has it.

    Raises UserError where no lock can be held.
    """
    name = os.path.join(tempfile.gettempdir(), f"clipcause-{os.getuid()}-gpu-{gpu}.lock")
    try:
        lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)  # as long as the process is
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    except OSError as error:
        raise UserError(
            f"{name}: jobs cannot tell by it which GPUs are taken ({error.strerror}); delete it, or set TMPDIR to a "
            "folder of your own on this machine"
        ) from error
    return True
