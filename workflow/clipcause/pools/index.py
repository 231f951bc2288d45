"""The index of a pool: the rows of its chunks as one `samples.parquet`, sorted by uid, and a card of counts."""

from pathlib import Path

from clipcause.database import columns, connect, table, text, write_parquet
from clipcause.errors import UserError
from clipcause.files.outputs import read_json, write_json
from clipcause.job.command import log
from clipcause.pools.failures import SUCCESS
from clipcause.pools.metadata import UID_DIGITS, check_uids


def index_pool(
    name: str, chunks: list[Path], statistics: list[Path], pool: dict, samples: Path, card: Path, threads: int
) -> None:
    """Merge the rows of all `chunks` into `samples` and write the pool's `card`.

    Rows alike in address and caption have one uid; from the second on, the occurrence is hashed in.
    `held_out` marks the share of samples that no subset may contain, chosen by a hash of the address (of the
    uid where there is none), so that an image that is listed twice is never on both sides.
    The card counts rows by status and error class; where img2dataset kept statistics they must sum to it.

    Raises UserError if fewer than the share `min_success` of the rows have an image, and for a uid that is NULL or has
    a `#` in it.
    """
    database = connect(threads, spill=samples.parent)
    first = 'uid, shard, "offset", size, digest, width, height, caption, label, status, error_class'
    share = f"{min(int(pool['held_out'] * 16**8), 16**8 - 1):08x}"
    occurrence = "row_number() OVER (PARTITION BY uid ORDER BY row)"
    present = columns(database, table(chunks), chunks[0])
    address = "coalesce(address, uid)" if "address" in present else "uid"
    check_uids(database, table(chunks), f"pool {name}", f"that pools.{name}.uid names")
    query = f"""
        WITH named AS (
            SELECT * REPLACE (
                CASE WHEN {occurrence} = 1 THEN uid ELSE left(sha256(uid || '#' || {occurrence}), {UID_DIGITS}) END
                AS uid
            ) FROM {table(chunks)}
        )
        SELECT {first},
            left(sha256('held_out' || {address}), 8) < {text(share)} AS held_out,
            * EXCLUDE (row, {first})
        FROM named ORDER BY uid
    """
    write_parquet(database, query, samples)
    counts = database.execute(
        f"SELECT status, error_class, count(*) FROM {table(samples)} GROUP BY ALL "
        "ORDER BY count(*) DESC, status, error_class"
    ).fetchall()
    rows = sum(count for _, _, count in counts)
    success = sum(count for status, _, count in counts if status == SUCCESS)
    failures = {error: count for status, error, count in counts if status != SUCCESS}
    _check_statistics(statistics, rows, success)
    described = f"{success:,} of {rows:,} rows have an image"
    log.info("pool %s: %s", name, described)
    if not rows:
        raise UserError(f"pool {name}: its metadata or shards hold no sample")
    if success < pool.get("min_success", 0) * rows:
        causes = ", ".join(f"{error} {count:,}" for error, count in failures.items())
        raise UserError(
            f"pool {name}: {described}, less than the share min_success = {pool['min_success']} asks for ({causes}); "
            f"mend the cause and run again, or lower pools.{name}.min_success"
        )
    held_out, captions, labels = database.execute(
        f"SELECT count(*) FILTER (held_out), count(caption), count(DISTINCT label) FROM {table(samples)} "
        f"WHERE status = {text(SUCCESS)}"
    ).fetchall()[0]
    write_json(
        card,
        {
            "pool": name,
            "rows": rows,
            "images": success,
            "captions": captions,
            "labels": labels,
            "held_out": held_out,
            "failures": failures,
        },
    )


def _check_statistics(files: list[Path], rows: int, success: int) -> None:
    """img2dataset's own counts must sum to the index's; URLs that were asked for in further rounds count once."""
    reported = [shard for file in files for shard in read_json(file)]
    if reported:
        counted = sum(shard["count"] for shard in reported if shard["round"] == 1)
        succeeded = sum(shard["successes"] for shard in reported)
        if (counted, succeeded) != (rows, success):
            raise UserError(
                f"img2dataset's statistics count {succeeded} images of {counted} URLs, the index {success} of {rows}; "
                f"delete the pool's chunks and run again"
            )
