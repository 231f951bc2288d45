"""A file of a web site, whole and in memory; what a server fails to do for now is asked for again."""

import time
import urllib.error
import urllib.request
from http.client import HTTPException, IncompleteRead
from itertools import count

from clipcause.command import log

TIMEOUT_SECONDS = 60
ATTEMPTS = 3
WAIT_SECONDS = 2.0  # before the second attempt, and twice as long before each further one
TOO_MANY_REQUESTS = 429


class NoAnswerError(Exception):
    """A file cannot be had; the message says why, for people."""


def download(url: str) -> bytes:
    """The content at `url`. No answer, one cut off, 5xx and 429 are asked again. Raises NoAnswerError."""
    for attempt in count(1):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
                return answer.read()
        except (OSError, HTTPException, ValueError) as error:
            if attempt == ATTEMPTS or not _passing(error):
                raise NoAnswerError(f"cannot be fetched ({error})") from error
            wait = WAIT_SECONDS * 2 ** (attempt - 1)
            log.info("%s: %s; asking again in %g s", url, error, wait)
            time.sleep(wait)


def _passing(error: Exception) -> bool:
    """Whether what went wrong may be gone the next time."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code >= 500 or error.code == TOO_MANY_REQUESTS
    return isinstance(error, OSError | IncompleteRead)
