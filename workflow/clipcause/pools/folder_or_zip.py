"""The files of a folder or a zip, by their path within it."""

import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

from clipcause.errors import UserError


def reader(place: str | Path) -> Callable[[str], bytes]:
    """A function from a path within the folder or zip `place` to the file's bytes.

    Threads may share it. It raises an OSError (folder) or KeyError (zip) for a path that leads to no file, or out of
    the folder. Raises UserError if `place` is neither.
    """
    place = Path(place)
    if place.is_dir():
        root = place.resolve()

        def read_file(path: str) -> bytes:
            file = (root / path).resolve()
            if not file.is_relative_to(root):
                raise FileNotFoundError(path)
            return file.read_bytes()

        return read_file
    try:
        archive, lock = zipfile.ZipFile(place), threading.Lock()
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{place}: neither a folder nor a readable zip ({error})") from error

    def read_member(path: str) -> bytes:
        with lock:
            return archive.read(path)

    return read_member
