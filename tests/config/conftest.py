"""The two configurations that these tests start from."""

from pathlib import Path

import pytest
import yaml

COMPLETE = Path(__file__).with_name("complete.yaml")
SHIPPED = Path(__file__).parents[2] / "config.yaml"


@pytest.fixture
def complete() -> dict:
    """One of everything that the schema knows, as a file would give it."""
    return yaml.safe_load(COMPLETE.read_text())


@pytest.fixture
def shipped() -> dict:
    """The config.yaml at the top of the project."""
    return yaml.safe_load(SHIPPED.read_text())
