"""Outputs are written whole or not at all, and known by their digest."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clipcause.errors import DamagedFileError
from clipcause.files.disk import naming

WAL = ".wal"  # DuckDB's log beside a database that it has not finished


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds.

    The temporary name keeps the suffix (libraries choose formats by it). File contents reach
    the disk before the rename, so a kill at any moment leaves the old file, the new file or
    none; what a kill left under a temporary name goes when the path is written again. If the block
    raises, the temporary file is removed and the error goes on. A block may
    also make a directory at the temporary path; it then replaces the directory at `path`.

    Raises DiskFullError if there is no room, whichever error the block's library has for that.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(path)
            remove(temporary)
            yield temporary
            _sync(temporary)
            if temporary.is_dir():
                remove(path)
            os.replace(temporary, path)
    finally:
        remove(temporary)
        remove(temporary.with_name(temporary.name + WAL))


def _sync(path: Path) -> None:
    """Bring a file, or all files of a directory, to the disk."""
    for file in path.rglob("*") if path.is_dir() else [path]:
        if file.is_file():
            with open(file, "rb") as written:
                os.fsync(written.fileno())


def _remove_stale(path: Path) -> None:
    """Delete what processes that were killed have left of `path`."""
    left = re.compile(rf"\.{re.escape(path.stem)}\.(\d+)\.part{re.escape(path.suffix)}({re.escape(WAL)})?")
    with os.scandir(path.parent) as entries:
        found = [(entry.path, match) for entry in entries if (match := left.fullmatch(entry.name))]
    for stale, match in found:
        if not _lives(int(match[1])):
            remove(stale)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def remove(path: str | Path) -> None:
    """Delete a file or a whole directory; nothing happens where there is none."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: object) -> None:
    """Write `value` as indented JSON, keys in their given order, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: str | Path) -> dict:
    """Read a JSON file. Raises DamagedFileError if it is none."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFileError(path, error) from error


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settings_digest(settings: object) -> str:
    """SHA-256 of a JSON-able value in canonical form (sorted keys), as 64 hexadecimal digits."""
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
