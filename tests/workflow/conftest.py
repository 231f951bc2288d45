"""The real workflow in a checkout of its own, on a configuration made tiny."""

import shutil

import pytest
from checkouts import Checkout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A fresh checkout without results."""
    return Checkout(tmp_path)


@pytest.fixture
def edited(finished):
    """The finished checkout, to be edited: its sources and configuration are put back afterwards."""
    kept = finished.folder.parent / "kept"
    shutil.copytree(finished.folder / "workflow", kept)
    yield finished
    shutil.rmtree(finished.folder / "workflow")
    shutil.copytree(kept, finished.folder / "workflow")
    shutil.rmtree(kept)
