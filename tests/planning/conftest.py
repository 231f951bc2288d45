"""What the tests of plans share."""

import pytest


@pytest.fixture(autouse=True)
def without_results(tmp_path, monkeypatch):
    """Plans count what is done in the folder they are made in: here nothing."""
    monkeypatch.chdir(tmp_path)
