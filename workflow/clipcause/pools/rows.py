"""The rows of a pool: every row of its metadata with the place of its image, or the reason why there is none."""

from pathlib import Path

import pyarrow as pa

from clipcause.database import connect, name, table, write_parquet
from clipcause.files.tarshards import members

PLACES = pa.schema(
    [
        ("row", pa.int64()),  # 0, 1, ... in the metadata's order
        ("shard", pa.string()),  # path of the tar, or null
        ("offset", pa.int64()),  # bytes
        ("size", pa.int64()),  # bytes
        ("digest", pa.string()),  # SHA-256 of these bytes
        ("width", pa.int32()),  # pixels
        ("height", pa.int32()),  # pixels
        ("status", pa.string()),
        ("error_class", pa.string()),
        ("error", pa.string()),
    ]
)


def picture_name(row: int, suffix: str) -> str:
    """The name under which a row's image lies in its shard."""
    return f"{row:010d}{suffix}"


def located(places: list[dict], tar: Path, shard: str | Path) -> list[dict]:
    """`places` with shard, offset and size of each row's image in `tar`, null where it holds none.

    `shard` is the path to state for the tar, which may still lie elsewhere.
    """
    where = {int(Path(member).stem): (offset, size) for member, offset, size in members(tar)}
    found = [(str(shard), *where[place["row"]]) if place["row"] in where else (None,) * 3 for place in places]
    return [
        place | dict(zip(("shard", "offset", "size"), there, strict=True))
        for place, there in zip(places, found, strict=True)
    ]


def replace_places(earlier: str | Path, places: pa.Table, output: str | Path) -> None:
    """Write the rows of a chunk again, with other `places` for those that these are of, ordered by row."""
    database = connect()
    database.register("places", places)
    replaced = ", ".join(f"places.{name(each)} AS {name(each)}" for each in PLACES.names)
    write_parquet(
        database,
        f"FROM (SELECT * FROM {table(earlier)} WHERE row NOT IN (SELECT row FROM places) UNION ALL "
        f"SELECT earlier.* REPLACE ({replaced}) FROM {table(earlier)} AS earlier "
        "JOIN places ON earlier.row = places.row) ORDER BY row",
        output,
    )


def join_places(rows: str, places: pa.Table, output: str | Path) -> None:
    """Write the rows of prepared metadata that the SQL query `rows` selects with their places, ordered by row."""
    database = connect()
    database.register("places", places)
    write_parquet(
        database,
        'SELECT rows.row, uid, shard, "offset", size, digest, width, height, caption, label, status, error_class, '
        "error, rows.* EXCLUDE (row, uid, caption, label) "
        f"FROM ({rows}) AS rows JOIN places ON rows.row = places.row ORDER BY rows.row",
        output,
    )
