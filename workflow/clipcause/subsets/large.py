"""Set operations of sources that are too large to be joined at once: part by part of the uids, in their order.

Manifests and indexes are sorted by uid, so a part is read from few row groups and the parts follow each other in the
result. The manifest has the same rows as that of the ordinary way, which joins everything.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow.parquet as pq

from clipcause.database import among, connect, name, readable, rows_in, table, text, write_parquet
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.subsets.candidates import PLACED, index, nothing_left
from clipcause.subsets.order import Order

ROWS_PER_MB = 1000  # rows of the sources that a part has, for each MB of memory: the joins need a third of it


def is_large(order: Order, memory_mb: int) -> bool:
    """Whether this is for `write_large`: a set operation of many rows that reads nothing but a manifest's columns."""
    operation = order.settings["method"] in ("union", "intersection", "difference")
    if not operation or len(order.sources) < 2 or not set(order.settings["where"]) <= set(PLACED):
        return False
    return sum(rows for _, rows in _row_groups(order)) > ROWS_PER_MB * memory_mb


def write_large(order: Order, manifest: Path, threads: int, memory_mb: int) -> int:
    """Write the manifest of a union, intersection or difference; returns how many candidates there were.

    `memory_mb` bounds the memory, whatever the size of the sources. Raises UserError if a source cannot be read, or
    none of them has a sample.
    """
    database = connect(threads, memory_mb, spill=manifest.parent)
    kept = " AND ".join(among(column, values) for column, values in order.settings["where"].items()) or "true"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    parts, count = list(_parts(order, ROWS_PER_MB * memory_mb)), 0
    total = sum(rows for _, rows in _row_groups(order))
    progress = Progress(f"subset {order.name}", total, "rows")
    with TemporaryDirectory(dir=manifest.parent, prefix=f".{manifest.stem}.") as folder:
        written = [Path(folder) / f"{number:06d}.parquet" for number in range(len(parts))]
        for number, (part, file) in enumerate(zip(parts, written, strict=True), start=1):
            sources = [_rows(database, order, source, f"{kept} AND {part}") for source in order.sources]
            uids = " UNION ".join(f"SELECT uid FROM {source}" for source in sources)
            with readable(manifest):
                count += rows_in(database, f"({uids})")
            write_parquet(database, f"{_OPERATIONS[order.settings['method']](sources)} ORDER BY uid", file)
            progress.update(total * number // len(parts))
        if not count:
            raise nothing_left(order)
        write_parquet(database, f"SELECT * FROM {table(written)}", manifest)  # in the order of the parts
    log.info("subset %s: %d sources, joined in %d parts", order.name, len(order.sources), len(parts))
    return count


def _union(sources: list[str]) -> str:
    first_of_each = (
        f"(FROM {source} {' '.join(f'ANTI JOIN {before} USING (uid)' for before in sources[:number])})"
        for number, source in enumerate(sources)
    )
    return f"SELECT * FROM ({' UNION ALL '.join(first_of_each)})"


def _intersection(sources: list[str]) -> str:
    return f"FROM {sources[0]} {' '.join(f'SEMI JOIN {other} USING (uid)' for other in sources[1:])}"


def _difference(sources: list[str]) -> str:
    return f"FROM {sources[0]} {' '.join(f'ANTI JOIN {other} USING (uid)' for other in sources[1:])}"


_OPERATIONS = {"union": _union, "intersection": _intersection, "difference": _difference}


def _rows(database: duckdb.DuckDBPyConnection, order: Order, source: str, kept: str) -> str:
    path = order.sources[source]
    rows = index(database, path) if source in order.pools else table(path)
    return f"(SELECT {', '.join(map(name, PLACED))} FROM {rows} WHERE {kept})"


def _parts(order: Order, rows: int) -> Iterator[str]:
    """Yield SQL of ranges of uids that follow each other, each of about so many rows of the sources."""
    before, low = 0, "true"
    for uid, count in sorted(_row_groups(order)):
        if before + count > rows and before:
            yield f"{low} AND uid < {text(uid)}"
            before, low = 0, f"uid >= {text(uid)}"
        before += count
    yield low


def _row_groups(order: Order) -> Iterator[tuple[str, int]]:
    """Yield the first uid of each row group of the sources, and its rows; nothing of files that do not say."""
    for path in order.sources.values():
        with suppress(OSError, ValueError), pq.ParquetFile(path) as file:
            place = file.schema_arrow.names.index("uid")
            for number in range(file.metadata.num_row_groups):
                group = file.metadata.row_group(number)
                statistics = group.column(place).statistics
                if statistics is not None and statistics.has_min_max:
                    yield str(statistics.min), group.num_rows
