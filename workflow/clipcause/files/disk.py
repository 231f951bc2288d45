"""A disk that takes no more: how it is known, whichever library met it, and what to say."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clipcause.errors import DiskFullError

FULL = (errno.ENOSPC, errno.EDQUOT)
SAID = (*map(os.strerror, FULL), "failed to offload data block")  # the last by DuckDB, of its temporary files
MB = 1_000_000
ROOMY = 1000 * MB  # a disk with so much room is not full


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Turn what any library says of a full disk, in writing `path`, into a DiskFullError."""
    try:
        yield
    except DiskFullError:
        raise
    except Exception as error:
        if is_full(error):
            raise disk_full(path) from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether an error, or one that led to it, says that a disk is full; libraries pass that on as text."""
    return any(getattr(each, "errno", None) in FULL or says_full(str(each)) for each in _behind(error))


def disk_full(path: str | Path) -> DiskFullError:
    """The error for a `path` that could not be written: which disk is full, and what to do.

    That is the path's own or, if that has more room, the one for temporary files.
    """
    disk = min((_disk(path), _disk(tempfile.gettempdir())), key=_free)
    free = _free(disk)
    room = f"{free / MB:,.0f} MB are free" if free < ROOMY else "or a quota on it"
    return DiskFullError(
        f"{path}: the disk at {disk} is full ({room}); make room on it and run this again, what is done is kept"
    )


def says_full(text: str) -> bool:
    """Whether a text, such as a program's last words, tells of a full disk."""
    return any(full in text for full in SAID)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _disk(path: str | Path) -> Path:
    """Where the disk is mounted that a path lies on."""
    place = Path(path).absolute()
    while not os.path.ismount(place):
        place = place.parent
    return place


def _free(disk: Path) -> int:
    return shutil.disk_usage(disk).free
