"""Write a subset: its manifest and its data card."""

from pathlib import Path

import duckdb

from clipcause.command import log
from clipcause.database import write_parquet
from clipcause.errors import UserError
from clipcause.outputs import file_digest, write_json
from clipcause.subsets.candidates import open_candidates
from clipcause.subsets.interventions import INTERVENTIONS


def build_subset(
    name: str, pool: Path, subset: dict, vocabulary: Path | None, draw: int, manifest: Path, card: Path, threads: int
) -> None:
    """Apply the subset's intervention to a pool and write `manifest` (sorted by uid) and `card`.

    `subset` holds the resolved settings (`method`, `from`, `where`, and the method's own); `draw` numbers
    the redraws of a subset with chance in it. A manifest holds what training may read: uid, shard,
    offset, size, caption, label, weight.
    """
    candidates = open_candidates(name, pool, subset["where"], vocabulary, threads, spill=manifest.parent)
    chosen = INTERVENTIONS[subset["method"]](candidates, subset, draw)
    database = candidates.database
    write_parquet(
        database,
        'SELECT uid, shard, "offset", size, caption, label, CAST(1 AS FLOAT) AS weight '
        f"FROM candidates WHERE uid IN ({chosen}) ORDER BY uid",
        manifest,
    )
    described = describe(database, manifest)
    if not described["samples"]:
        raise UserError(f"subset {name}: is empty; ask for more samples")
    write_json(card, {"subset": name, "draw": draw, "settings": subset, "candidates": candidates.count} | described)
    log.info("subset %s, draw %d: %s of %s samples", name, draw, f"{described['samples']:,}", f"{candidates.count:,}")


def describe(database: duckdb.DuckDBPyConnection, manifest: Path) -> dict:
    """What a data card says of a manifest: sizes, samples per class, imbalance factor, digest.

    `imbalance` is the most frequent class over the rarest of those that occur; null without labels.
    """
    rows = f"read_parquet('{manifest}')"
    samples, images, captions, unlabelled = database.execute(
        f'SELECT count(*), count(DISTINCT (shard, "offset")), count(caption), count(*) - count(label) FROM {rows}'
    ).fetchone()
    classes = dict(
        database.execute(
            f"SELECT label, count(*) FROM {rows} WHERE label IS NOT NULL GROUP BY label ORDER BY count(*) DESC, label"
        ).fetchall()
    )
    return {
        "samples": samples,
        "images": images,
        "captions": captions,
        "unlabelled": unlabelled,
        "classes": classes,
        "imbalance": max(classes.values()) / min(classes.values()) if classes else None,
        "digest": file_digest(manifest),
    }
