"""The samples that an intervention may choose from."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from clipcause.database import among, columns, connect, table
from clipcause.errors import UserError


@dataclass(frozen=True)
class Candidates:
    """A DuckDB with the view `candidates`: samples of a pool that have an image and are not held out."""

    database: duckdb.DuckDBPyConnection
    subset: str
    count: int
    vocabulary: Path | None

    def shuffled(self, draw: int) -> str:
        """SQL expression whose order is a random order of the candidates, a function of (draw, uid) alone."""
        return f"sha256('draw {int(draw)} ' || uid), uid"


def open_candidates(
    subset: str,
    pool: Path,
    where: dict[str, list],
    vocabulary: Path | None,
    threads: int = 1,
    spill: Path | None = None,
) -> Candidates:
    """Open a pool's `samples.parquet`; `where` keeps the rows whose columns hold one of the listed values.

    Raises UserError for an unknown column (naming those there are) and when no sample is left.
    """
    database = connect(threads, spill=spill)
    source = table(pool)
    present = columns(database, source, pool)
    wanted = ["shard IS NOT NULL", "NOT held_out"]
    for column, values in where.items():
        if column not in present:
            raise UserError(f"subset {subset}: where: {pool} has no column {column!r}; it has {', '.join(present)}")
        wanted.append(among(column, values))
    database.execute(f"CREATE VIEW candidates AS SELECT * FROM {source} WHERE {' AND '.join(wanted)}")
    count = database.execute("SELECT count(*) FROM candidates").fetchone()[0]
    if not count:
        raise UserError(f"subset {subset}: no sample of {pool} is left; check where and held_out")
    return Candidates(database, subset, count, vocabulary)
