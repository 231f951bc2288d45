"""What all fault tests share: a seed, and copies of the checkout in which the tiny workflow has run."""

import os
import random

import pytest
from checkouts import Checkout


@pytest.fixture(scope="session")
def fault_seed() -> int:
    """The seed of all that is chance here: CLIPCAUSE_FAULT_SEED, or a new one, which is printed."""
    seed = int(os.environ.get("CLIPCAUSE_FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"CLIPCAUSE_FAULT_SEED={seed}")
    return seed


@pytest.fixture
def finished_copy(finished, tmp_path) -> Checkout:
    """A copy of the finished workflow, to be damaged."""
    return finished.copy(tmp_path / "copy")
