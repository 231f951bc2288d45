"""Tar shards: written with the same bytes for the same members, read at random by byte offset."""

import io
import os
import resource
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from clipcause.errors import UserError
from clipcause.outputs import whole

AGAIN = "delete {} and run again, it is then made anew"


def write_shard(path: str | Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write `(name, bytes)` members as a tar without times or owners, whole or not at all."""
    with whole(path) as temporary, tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(content))


def members(path: str | Path) -> Iterator[tuple[str, int, int]]:
    """Yield `(name, offset, size)` of every file in a tar: where its bytes begin and how many they are.

    Raises UserError if the tar cannot be read to its end.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            for entry in tar:
                if entry.isfile():
                    if entry.offset_data + entry.size > os.path.getsize(path):
                        raise tarfile.ReadError("unexpected end of data")
                    yield entry.name, entry.offset_data, entry.size
    except (tarfile.TarError, EOFError) as error:
        raise UserError(f"{path}: not a readable tar ({error}); fetch or write this shard again") from error


class ShardReader:
    """Reads samples by (shard, offset, size); opens each shard once. Threads and forked workers may share one."""

    def __init__(self) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a pool can have thousands of shards
        self._descriptors: dict[str, int] = {}

    def read(self, shard: str, offset: int, size: int) -> bytes:
        """Return the `size` bytes at `offset` of `shard`. Raises UserError if they are not there."""
        try:
            if shard not in self._descriptors:
                self._descriptors[shard] = os.open(shard, os.O_RDONLY)
            content = os.pread(self._descriptors[shard], size, offset)
        except OSError as error:
            raise UserError(f"{shard}: {error.strerror}; {AGAIN.format(Path(shard).parent)}") from error
        if len(content) != size:
            raise UserError(
                f"{shard}: cut short, it ends before byte {offset + size}; {AGAIN.format(Path(shard).parent)}"
            )
        return content
