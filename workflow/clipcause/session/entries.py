"""What jobs share lies in the cache whole or not at all, whoever puts it there at the same time."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clipcause.files.outputs import remove

LOCK = ".lock"  # in the folder of the cache
FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
FOR_ALL = 0o666  # as Snakemake makes the entries


def share_whole_entries() -> None:
    """Make Snakemake's cache take all outputs of a job or none, and those of the first of several working directories.

    As it comes (9.27) it puts files in the place of those that are there, and folders into them: rows of one download
    then lie beside images of another. Where the cache cannot take them, it loses what it has moved.
    """
    import snakemake.workflow
    from snakemake.caching.local import OutputFileCache
    from snakemake.exceptions import WorkflowError
    from snakemake.logging import logger

    class WholeEntries(OutputFileCache):
        async def store(self, job: Any) -> None:
            """Move a job's outputs into the cache; where they are there by now, take those over."""
            places = await self.get_outputfiles_and_cachefiles(job)
            try:
                with alone(self.path):
                    if not await self.exists(job):
                        for _, entry in places:
                            remove(entry)
                        return await super().store(job)
            except (OSError, WorkflowError) as error:
                _take_back(places)
                logger.warning(
                    f"{self.path}: {places[0][0]} and what was made with it are not shared, for the cache cannot take "
                    f"them ({_why(error)}); make room in it, make it writable, or name another. They are kept here."
                )
                return
            for output, _ in places:
                remove(output)
            await self.fetch(job)

    snakemake.workflow.LocalOutputFileCache = WholeEntries


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Wait until nobody else puts anything into a cache, and keep others from it."""
    try:
        lock = os.open(cache / LOCK, FLAGS)
    except FileNotFoundError:
        lock = os.open(cache / LOCK, FLAGS | os.O_CREAT, FOR_ALL)
        os.fchmod(lock, FOR_ALL)  # whatever the umask
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _take_back(places: Iterable[tuple[Path, Path]]) -> None:
    """Bring outputs of a job back that have gone into the cache, where a link is left: (output, entry) of each."""
    for output, entry in places:
        if output.is_symlink():
            output.unlink()
            shutil.move(entry, output)


def _why(error: Exception) -> str:
    """The first thing that went wrong; shutil tells of every file of a folder."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        return str(error.args[0][0][-1])
    return str(error)
