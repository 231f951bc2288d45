"""The rows of a pool: every row of its metadata with the place of its image, or the reason why there is none."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clipcause.database import connect, write_parquet
from clipcause.pools.metadata import rows_between
from clipcause.tarshards import members

PLACES = pa.schema(
    [
        ("row", pa.int64()),  # 0, 1, ... in the metadata's order
        ("shard", pa.string()),  # path of the tar, or null
        ("offset", pa.int64()),  # bytes
        ("size", pa.int64()),  # bytes
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


def join_places(prepared: str | Path, places: pa.Table, output: str | Path) -> None:
    """Write the rows of the prepared metadata that `places` accounts for, with their places, ordered by row."""
    database = connect()
    database.register("places", places)
    numbers = pc.min_max(places["row"]).as_py()
    rows = rows_between(prepared, numbers["min"], numbers["max"] + 1)
    write_parquet(
        database,
        f'SELECT rows.row, uid, shard, "offset", size, width, height, caption, label, status, error_class, error, '
        f"rows.* EXCLUDE (row, uid, caption, label) "
        f"FROM ({rows}) AS rows JOIN places ON rows.row = places.row ORDER BY rows.row",
        output,
    )
