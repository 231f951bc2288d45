"""A training in another process, waited for by the checkpoints that it writes."""

import time
from pathlib import Path


def wait_for_checkpoints(state: Path, count: int, seconds: float = 120.0) -> None:
    """Wait until so many checkpoints have been written below a folder of states, one over the other."""
    seen, until = set(), time.monotonic() + seconds
    while len(seen) < count:
        assert time.monotonic() < until, "no checkpoint appeared"
        seen |= {path.stat().st_mtime_ns for path in state.glob("*/checkpoint.pt")}
