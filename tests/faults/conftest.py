"""What all fault tests share: a checkout in which the tiny workflow has run undisturbed, and copies of it."""

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


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> Checkout:
    """A checkout in which the whole tiny workflow has run; tests leave it as it is."""
    checkout = Checkout(tmp_path_factory.mktemp("undisturbed"))
    ran = checkout.snakemake()
    assert ran.returncode == 0, ran.stdout
    return checkout


@pytest.fixture
def finished_copy(undisturbed, tmp_path) -> Checkout:
    """A copy of it, to be damaged."""
    return undisturbed.copy(tmp_path / "copy")
