"""Bring what others published here: files of a web site, each known by its digest."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.outputs import whole
from clipcause.job.command import log
from clipcause.web.download import NoAnswerError, download


def fetch_files(table: str, base: str, files: Mapping[str, str | None], output: Path) -> None:
    """Write the folder `output` with `files`, paths below the URL `base`, each with its SHA-256 or None.

    Whole or not at all. What a server fails to do for now (no answer, 5xx, 429) is asked for again. Raises UserError
    for a dead link, a web page in the place of a file and a file of another digest; it says how to give the `table`.
    """
    with whole(output) as temporary:
        for name, digest in files.items():
            url = f"{base.rstrip('/')}/{name}"
            content = _read(url, table)
            if content.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
                raise UserError(f"{url}: is a web page, not the file that was published; {remedy(table)}")
            found = hashlib.sha256(content).hexdigest()
            if digest is not None and found != digest:
                raise UserError(f"{url}: has the SHA-256 {found}, not {digest}; the file changed. {remedy(table)}")
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).write_bytes(content)
            log.info("%s: %s bytes, SHA-256 %s", url, f"{len(content):,}", found)


def remedy(table: str) -> str:
    """How a user brings a table that cannot be fetched."""
    return (
        f"bring the table as a CSV and set published.tables.{table}.path to it (its columns: docs/studies.md), "
        "or leave public models out: published.join: never"
    )


def _read(url: str, table: str) -> bytes:
    try:
        return download(url)
    except NoAnswerError as error:
        raise UserError(f"{url}: {error}; {remedy(table)}") from error
