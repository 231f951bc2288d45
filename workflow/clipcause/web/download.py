"""Files of web sites; what a server fails to do for now is asked again."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException, IncompleteRead
from itertools import count
from pathlib import Path
from typing import TypeVar

from clipcause.files.disk import is_full
from clipcause.job.command import log

TIMEOUT_SECONDS = 60
ATTEMPTS = 3
WAIT_SECONDS = 2.0  # before the second attempt, and twice as long before each further one
TOO_MANY_REQUESTS = 429
PIECE = 1 << 20  # bytes that are in memory at a time
Content = TypeVar("Content")


class NoAnswerError(Exception):
    """A file cannot be had; the message says why, for people. `status` is the server's, None if none answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def download(url: str) -> bytes:
    """The content at `url`, in memory. No answer, one cut off, 5xx and 429 are asked again. Raises NoAnswerError."""

    def whole() -> bytes:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            return answer.read()

    return _patiently(url, whole)


def save(url: str, path: Path, headers: Mapping[str, str] | None = None) -> None:
    """Write the content at `url` to `path`, of any size, asking again as `download` does. Raises NoAnswerError.

    What was cut off goes on where it stopped if the server tells files apart (ETag) and sends parts of them. `headers`
    go to the server that `url` names, not to one that it redirects to.
    """
    kept: list[str] = []  # the ETag of what is in the file

    def rest() -> None:
        have = path.stat().st_size if kept else 0
        going_on = {"Range": f"bytes={have}-", "If-Range": kept[0]} if have else {}
        request = urllib.request.Request(url, headers=going_on)
        for name, value in (headers or {}).items():
            request.add_unredirected_header(name, value)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            resumed = answer.status == 206  # else it is the whole file again
            tag, length = answer.headers.get("ETag", ""), answer.headers.get("Content-Length")
            kept[:] = [tag] if tag and not tag.startswith("W/") else []
            written = 0
            with open(path, "ab" if resumed else "wb") as file:
                while piece := answer.read(PIECE):
                    written += file.write(piece)
        if length is not None and written < int(length):
            raise IncompleteRead(b"", int(length) - written)

    _patiently(url, rest)


def _patiently(url: str, ask: Callable[[], Content]) -> Content:
    for attempt in count(1):
        try:
            return ask()
        except (OSError, HTTPException, ValueError) as error:
            if is_full(error):
                raise
            if attempt == ATTEMPTS or not _passing(error):
                status = error.code if isinstance(error, urllib.error.HTTPError) else None
                raise NoAnswerError(f"cannot be fetched ({error})", status) from error
            wait = WAIT_SECONDS * 2 ** (attempt - 1)
            log.info("%s: %s; asking again in %g s", url, error, wait)
            time.sleep(wait)
    raise AssertionError("unreachable")


def _passing(error: Exception) -> bool:
    """Whether what went wrong may be gone the next time."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code >= 500 or error.code == TOO_MANY_REQUESTS
    return isinstance(error, OSError | IncompleteRead)
