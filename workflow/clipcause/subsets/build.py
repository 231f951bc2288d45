"""Write a subset: its manifest and its data card."""

from pathlib import Path

import duckdb

from clipcause.database import connect, name, rows_in, table, write_parquet
from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, remove, write_json
from clipcause.job.command import log
from clipcause.subsets.candidates import PLACED, Candidates, open_candidates
from clipcause.subsets.interventions import RECORDING, intervention
from clipcause.subsets.large import is_large, write_large
from clipcause.subsets.order import Order
from clipcause.subsets.selection import CHANGEABLE, Selection

DISTINCT_AT_ONCE = 10_000_000  # places that are counted in memory


def build_subset(
    order: Order,
    manifest: Path,
    card: Path,
    threads: int = 1,
    memory_mb: int = 2000,
    removed: Path | None = None,
) -> None:
    """Apply the subset's intervention and write `manifest` (sorted by uid), `card`, and what was `removed` and why.

    `draw` numbers the redraws of a subset with chance in it. A manifest holds what training may read: uid, shard,
    offset, size, caption, label, weight. Raises UserError if nothing is left, and if `removed` is asked of a method
    that keeps no such record.
    """
    settings = order.settings
    if removed is not None and settings["method"] not in RECORDING:
        raise UserError(f"subset {order.name}: method {settings['method']} keeps no record of what it removes")
    if is_large(order, memory_mb):
        count = write_large(order, manifest, threads, memory_mb)
        _describe(order, manifest, card, connect(threads, memory_mb, spill=manifest.parent), count, {})
        return
    method = intervention(settings["method"])  # imported before the work begins
    candidates = open_candidates(order, threads, memory_mb, spill=manifest.parent)
    database = candidates.database
    if order.size_of is not None:
        settings = settings | {"samples": rows_in(database, table(order.size_of)), "fraction": None}
    chosen = method(candidates, settings, order.draw)
    _write_manifest(candidates, chosen, manifest)
    if removed is not None:
        write_parquet(database, chosen.removed, removed)
    _describe(order, manifest, card, database, candidates.count, chosen.notes)


def _describe(
    order: Order, manifest: Path, card: Path, database: duckdb.DuckDBPyConnection, candidates: int, notes: dict
) -> None:
    """Write the card of a manifest. Raises UserError if it is empty."""
    described = describe(database, manifest)
    if not described["samples"]:
        remove(manifest)
        raise UserError(
            f"subset {order.name}: is empty, {order.settings['method']} leaves none of {candidates:,} candidates; "
            "ask for more samples or for less strictness"
        )
    about = {"subset": order.name, "draw": order.draw, "settings": order.settings, "candidates": candidates}
    write_json(card, about | described | {"notes": notes})
    counts = tuple(f"{count:,}" for count in (described["samples"], candidates))
    log.info("subset %s, draw %d: %s of %s samples", order.name, order.draw, *counts)


def _write_manifest(candidates: Candidates, chosen: Selection, manifest: Path) -> None:
    columns = ", ".join(
        f"CAST(chosen.{column} AS {CHANGEABLE[column]}) AS {column}"
        if column in chosen.changes
        else f"{'chosen' if (column, chosen.copies) == ('uid', True) else 'candidates'}.{name(column)}"
        for column in PLACED
    )
    same = "chosen.source_uid" if chosen.copies else "chosen.uid"
    query = f"SELECT {columns} FROM candidates JOIN ({chosen.query}) AS chosen ON candidates.uid = {same} ORDER BY uid"
    write_parquet(candidates.database, query, manifest)


def describe(database: duckdb.DuckDBPyConnection, manifest: Path) -> dict:
    """What a data card says of a manifest: sizes, samples per class, imbalance factor, digest.

    `imbalance` is the most frequent class over the rarest of those that occur; null without labels. `head_share` and
    `tail_share` are the shares of labelled samples in the most frequent and the rarest third of the classes; null with
    fewer than three.
    """
    rows = table(manifest)
    samples, captions, unlabelled = database.execute(
        f"SELECT count(*), count(caption), count(*) - count(label) FROM {rows}"
    ).fetchall()[0]
    turns = -(-samples // DISTINCT_AT_ONCE)  # no sample's place is counted in two
    images = sum(
        database.execute(
            f'SELECT count(DISTINCT (shard, "offset")) FROM {rows} WHERE hash(shard, "offset") % {turns} = {turn}'
        ).fetchall()[0][0]
        for turn in range(turns)
    )
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
        "head_share": _share(classes, slice(0, len(classes) // 3)),
        "tail_share": _share(classes, slice(len(classes) - len(classes) // 3, None)),
        "digest": file_digest(manifest),
    }


def _share(classes: dict[str, int], third: slice) -> float | None:
    counts = list(classes.values())
    return sum(counts[third]) / sum(counts) if len(counts) >= 3 else None
