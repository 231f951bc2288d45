"""Write a subset: its manifest and its data card."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from clipcause.command import log
from clipcause.database import name, text, write_parquet
from clipcause.errors import UserError
from clipcause.outputs import file_digest, write_json
from clipcause.subsets.candidates import PLACED, open_candidates
from clipcause.subsets.interventions import INTERVENTIONS


@dataclass(frozen=True)
class Order:
    """A subset to build: its name, resolved settings and draw, and the files that it is made from.

    `settings` hold `method`, `from`, `where` and the method's own. `sources` are what it is taken from by name, `pools`
    the indexes of all pools behind them; `size_of` is a manifest whose size it takes, where it is a control.
    """

    name: str
    settings: dict
    draw: int
    sources: Mapping[str, Path]
    pools: Mapping[str, Path]
    vocabulary: Path | None = None
    frequency: Path | None = None
    size_of: Path | None = None


def build_subset(order: Order, manifest: Path, card: Path, threads: int = 1, memory_mb: int = 2000) -> None:
    """Apply the subset's intervention and write `manifest` (sorted by uid) and `card`.

    `draw` numbers the redraws of a subset with chance in it. A manifest holds what training may read: uid, shard,
    offset, size, caption, label, weight. Raises UserError if nothing is left.
    """
    settings = order.settings
    candidates = open_candidates(
        order.name,
        order.sources,
        order.pools,
        settings["where"],
        order.vocabulary,
        order.frequency,
        threads,
        memory_mb,
        spill=manifest.parent,
    )
    database = candidates.database
    if order.size_of is not None:
        rows = database.execute(f"SELECT count(*) FROM read_parquet({text(order.size_of)})").fetchall()[0][0]
        settings = settings | {"samples": rows, "fraction": None}
    chosen = INTERVENTIONS[settings["method"]](candidates, settings, order.draw)
    columns = [f"{'chosen' if column in chosen.changes else 'candidates'}.{name(column)}" for column in PLACED]
    write_parquet(
        database,
        f"SELECT {', '.join(columns)} FROM candidates JOIN ({chosen.query}) AS chosen USING (uid) ORDER BY uid",
        manifest,
    )
    described = describe(database, manifest)
    if not described["samples"]:
        raise UserError(f"subset {order.name}: is empty; ask for more samples")
    about = {"subset": order.name, "draw": order.draw, "settings": order.settings, "candidates": candidates.count}
    write_json(card, about | described | {"notes": chosen.notes})
    counts = tuple(f"{count:,}" for count in (described["samples"], candidates.count))
    log.info("subset %s, draw %d: %s of %s samples", order.name, order.draw, *counts)


def describe(database: duckdb.DuckDBPyConnection, manifest: Path) -> dict:
    """What a data card says of a manifest: sizes, samples per class, imbalance factor, digest.

    `imbalance` is the most frequent class over the rarest of those that occur; null without labels.
    """
    rows = f"read_parquet({text(manifest)})"
    samples, images, captions, unlabelled = database.execute(
        f'SELECT count(*), count(DISTINCT (shard, "offset")), count(caption), count(*) - count(label) FROM {rows}'
    ).fetchall()[0]
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
