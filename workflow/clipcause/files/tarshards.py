"""Tar shards: written with the same bytes for the same members, read at random by byte offset."""

import io
import os
import resource
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from clipcause.errors import UserError, also_shared
from clipcause.files.outputs import whole

GAP = 256 << 10  # bytes that are read and thrown away rather than starting a new read behind them
RUN = 16 << 20  # bytes that are read at once, at most
Place = tuple[str, int, int]  # of a sample: shard, offset and size in bytes
IMAGES = ("jpg", "jpeg", "png", "webp")  # what a webdataset calls the part of a sample that is its image


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


def sample_and_part(member: str) -> tuple[str, str]:
    """The sample that a webdataset's member belongs to, and which part it is: `a/b.seg.PNG` -> `a/b`, `seg.png`."""
    stem, _, part = Path(member).name.partition(".")
    return str(Path(member).parent / stem), part.lower()


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
            raise UserError(f"{shard}: {error.strerror}; {_remedy(shard)}") from error
        if len(content) != size:
            raise UserError(f"{shard}: cut short, it ends before byte {offset + size}; {_remedy(shard)}")
        return content

    def read_together(self, places: Sequence[Place]) -> list[bytes]:
        """Return the bytes of all `places`, in their order; what lies side by side is read at once, going forward.

        Memory beyond the result is one run, RUN bytes or the largest sample. Raises UserError as `read` does.
        """
        contents: list[bytes] = [b""] * len(places)
        for run in runs(places):
            shard, start, _ = places[run[0]]
            end = max(places[number][1] + places[number][2] for number in run)
            together = memoryview(self.read(shard, start, end - start))
            for number in run:
                _, offset, size = places[number]
                contents[number] = bytes(together[offset - start : offset - start + size])
        return contents


def runs(places: Sequence[Place]) -> Iterator[list[int]]:
    """Yield the numbers of places that are read at once, in the order of their bytes; each number stands in one run.

    Samples belong together if less than GAP bytes lie between them and all of them span at most RUN bytes.
    """
    run: list[int] = []
    start = end = 0  # of the run, bytes
    for number in sorted(range(len(places)), key=lambda number: places[number][:2]):
        shard, offset, size = places[number]
        near = run and shard == places[run[0]][0] and offset - end < GAP
        if not near or max(end, offset + size) - start > RUN:
            if run:
                yield run
            run, start, end = [], offset, offset
        run.append(number)
        end = max(end, offset + size)
    if run:
        yield run


def _remedy(shard: str) -> str:
    return f"delete {Path(shard).parent}{also_shared(shard)} and run again, it is then made anew"
