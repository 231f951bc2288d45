"""Commands that are not there, made for a test."""

from shlex import quote

import pytest


@pytest.fixture
def command(tmp_path, monkeypatch):
    """A function (name, text, status) that puts a command on a PATH without any other; it prints the text and ends."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, text: str = "", status: int = 0) -> None:
        file = folder / name
        file.write_text(f"#!/bin/sh\necho {quote(text)}\nexit {status}\n")
        file.chmod(0o755)

    return make
