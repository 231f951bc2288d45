"""The samples that an intervention may choose from: those of pools, or of other subsets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from clipcause.database import among, columns, connect, name, rows_in, table
from clipcause.errors import UserError
from clipcause.subsets.order import Order

PLACED = ("uid", "shard", "offset", "size", "caption", "label", "weight")  # what a manifest says of a sample


@dataclass(frozen=True)
class Candidates:
    """A DuckDB with the view `candidates`, and the views `source0`, `source1`, ... that it unites.

    Candidates have an image, are not held out and satisfy `where`; each stands once, as its first source has it. They
    have the columns PLACED and those of their pools' indexes.
    """

    database: duckdb.DuckDBPyConnection
    subset: str
    sources: tuple[str, ...]
    count: int
    vocabulary: Path | None = None
    frequency: Path | None = None
    matches: tuple[Path, ...] = ()  # which caption mentions which concept: uid, concept
    embeddings: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)  # folders by the part they play
    spill: Path = Path()  # where files may lie meanwhile

    def shuffled(self, draw: int) -> str:
        """SQL expression whose order is a random order of the candidates, a function of (draw, uid) alone."""
        return f"sha256('draw {int(draw)} ' || uid), uid"

    def first_sources_first(self, draw: int) -> str:
        """SQL expression whose order is that of the sources, within a source random as `shuffled`."""
        places = [f"WHEN uid IN (SELECT uid FROM source{number}) THEN {number}" for number in range(len(self.sources))]
        return f"CASE {' '.join(places)} END, {self.shuffled(draw)}"

    def mentions(self) -> str:
        """SQL of which candidate's caption mentions which concept: uid, concept, each pair once.

        A candidate's caption is that of its first source.
        """
        return " UNION ALL ".join(
            f"SELECT DISTINCT uid, concept FROM {table(path)} SEMI JOIN ({self.first_in(number)}) USING (uid)"
            for number, path in enumerate(self.matches)
        )

    def first_in(self, number: int) -> str:
        """SQL of the uids whose first source is `source{number}`."""
        return f"SELECT uid FROM source{number}" + "".join(
            f" ANTI JOIN source{before} USING (uid)" for before in range(number)
        )

    def columns(self) -> dict[str, str]:
        """Names and SQL types of the candidates' columns."""
        return columns(self.database, "candidates", f"subset {self.subset}")

    def column(self, wanted: str, key: str) -> str:
        """A column of the candidates as SQL. Raises UserError, naming the `key` that asks for it, if there is none."""
        present = self.columns()
        if wanted not in present:
            raise UserError(f"subset {self.subset}: {key}: no column {wanted!r}; there are {', '.join(present)}")
        return name(wanted)

    def frequencies(self) -> dict[str, int]:
        """How many candidates have each label."""
        query = "SELECT label, count(*) FROM candidates WHERE label IS NOT NULL GROUP BY label ORDER BY label"
        return dict(self.database.execute(query).fetchall())


def open_candidates(order: Order, threads: int = 1, memory_mb: int = 2000, spill: Path | None = None) -> Candidates:
    """Open what an order's subset is taken from, each source a pool's samples.parquet or a subset's manifest.

    `where` in its settings keeps the rows whose columns hold one of the listed values. Raises UserError for an unknown
    column (naming those there are) and when no sample is left.
    """
    database = connect(threads, memory_mb, spill=spill)
    subset, sources, where = order.name, order.sources, order.settings["where"]
    indexes = " UNION ALL BY NAME ".join(f"SELECT * FROM {index(database, pool)}" for pool in order.pools.values())
    if len(order.pools) > 1:
        indexes = f'SELECT DISTINCT ON (uid, shard, "offset") * FROM ({indexes})'
    known: dict[str, str] = {}
    for number, (source, path) in enumerate(sources.items()):
        rows = index(database, path) if source in order.pools else _manifest(path, indexes)
        present = columns(database, rows, path)
        for column in where:
            if column not in present:
                listed = ", ".join(present)
                raise UserError(f"subset {subset}: where: {path} has no column {column!r}; it has {listed}")
        kept = " AND ".join(among(column, values) for column, values in where.items()) or "true"
        database.execute(f"CREATE VIEW source{number} AS SELECT * FROM {rows} WHERE {kept}")
        known |= present
    if len(sources) == 1:
        database.execute("CREATE VIEW candidates AS FROM source0")
    else:
        united = " UNION ALL BY NAME ".join(
            f"SELECT *, {each} AS _source FROM source{each}" for each in range(number + 1)
        )
        database.execute(
            f"CREATE VIEW candidates AS SELECT * EXCLUDE (_source) FROM ({united}) "
            "QUALIFY row_number() OVER (PARTITION BY uid ORDER BY _source) = 1"
        )
    count = rows_in(database, "candidates")
    if not count:
        raise nothing_left(order)
    return Candidates(
        database,
        subset,
        tuple(sources),
        count,
        order.vocabulary,
        order.frequency,
        order.matches,
        order.embeddings,
        spill or Path(),
    )


def nothing_left(order: Order) -> UserError:
    """The error of sources without candidates."""
    paths = ", ".join(map(str, order.sources.values()))
    return UserError(f"subset {order.name}: no sample of {paths} is left; check where and held_out")


def index(database: duckdb.DuckDBPyConnection, path: Path) -> str:
    """SQL of the samples of a pool's index that subsets may contain, each with the weight 1."""
    present = columns(database, table(path), path)
    kept = " AND ".join(["shard IS NOT NULL", *(["NOT held_out"] if "held_out" in present else [])])
    return f"(SELECT *, CAST(1 AS FLOAT) AS weight FROM {table(path)} WHERE {kept})"


def _manifest(path: Path, indexes: str) -> str:
    """SQL of a manifest's samples, with the columns of their pools' indexes that a manifest does not hold.

    A sample that stands in the manifest several times has uids of its own there, `uid#2` and so on. Its place tells
    which pool it is from, where several have its uid.
    """
    placed = ", ".join(name(column) for column in PLACED if column != "uid")
    return (
        f"(SELECT listed.*, indexed.* EXCLUDE (uid, {placed}) FROM {table(path)} AS listed "
        f"LEFT JOIN ({indexes}) AS indexed ON indexed.uid = split_part(listed.uid, '#', 1) "
        'AND indexed.shard = listed.shard AND indexed."offset" = listed."offset")'
    )
