"""What the tests of plans share."""

from pathlib import Path

import pytest

from clipcause.config import resolve
from clipcause.config.layers import read_layers

WORKFLOW = Path(__file__).parents[1] / "workflow"


@pytest.fixture(scope="session")
def tiny_config() -> dict:
    """The resolved configuration of the tests' small workflow."""
    return resolve(read_layers([WORKFLOW / "small.yaml", WORKFLOW / "tiny.yaml"]))
