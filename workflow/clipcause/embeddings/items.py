"""What a table holds to embed: images by the shard that they lie in, captions by block of rows."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from clipcause.concepts.vocabulary import Concept, read_vocabulary
from clipcause.database import columns, connect, readable, table
from clipcause.errors import UserError

IMAGES, CAPTIONS = "images", "captions"
BLOCK = 50_000  # captions in a unit


@dataclass(frozen=True)
class Unit:
    """Rows that are embedded, kept and taken up again together.

    Columns uid, shard, offset and size of images, all of one shard; uid and caption of captions.
    """

    rows: pa.Table

    @property
    def key(self) -> str:
        """A digest of what is embedded: the rows, and of images the shard's size and time of change.

        Raises UserError if the shard is not there.
        """
        listed = pa.BufferOutputStream()
        with pa.ipc.new_stream(listed, self.rows.schema) as stream:
            stream.write_table(self.rows.combine_chunks())
        digest = hashlib.sha256(listed.getvalue())
        if "shard" in self.rows.column_names:
            shard = self.rows["shard"][0].as_py()
            try:
                found = os.stat(shard)
            except OSError as error:
                raise UserError(f"{shard}: {error.strerror}; make the pool or test set again") from error
            digest.update(f"{found.st_size} {found.st_mtime_ns}".encode())
        return digest.hexdigest()


def units(path: Path, side: str, part: int, parts: int, spill: Path) -> Iterator[Unit]:
    """The units of a table in order: of a pool's index, a test set's, a manifest, or a vocabulary's definitions.

    Of the images those in every `parts`-th shard, from the `part`-th on. What does not fit into memory while they are
    sorted lies in the folder `spill`. A test set for retrieval has several captions
    per image; from the second on the uid is `uid#2` and so on. Raises UserError if there is nothing to embed.
    """
    if side == IMAGES:
        yield from _images(path, part, parts, spill)
        return
    if path.suffix != ".parquet" or "uid" not in columns(connect(), table(path), path):
        yield Unit(_definitions(path))
        return
    empty = True
    with readable(path):
        for batch in _captions(path, spill).to_arrow_reader(BLOCK):
            empty = False
            yield Unit(pa.Table.from_batches([batch]))
    if empty:
        raise UserError(f"{path}: has no captions to embed")


def definition(concept: Concept) -> str:
    """What a concept means in words: its name and definition, else its name and synonyms."""
    if concept.definition:
        return f"{concept.name}, {concept.definition}"
    return ", ".join(dict.fromkeys([concept.name, *concept.synonyms]))


def _images(path: Path, part: int, parts: int, spill: Path) -> Iterator[Unit]:
    database = connect(spill=spill)
    shards = [
        shard
        for (shard,) in database.execute(
            f"SELECT DISTINCT shard FROM {table(path)} WHERE shard IS NOT NULL ORDER BY shard"
        ).fetchall()
    ]
    if not shards:
        raise UserError(f"{path}: has no images to embed")
    wanted = shards[part - 1 :: parts]
    query = (
        f'SELECT uid, shard, "offset", size FROM {table(path)} WHERE shard IN (SELECT unnest($1)) '
        'ORDER BY shard, "offset", uid'
    )
    open_rows: list[pa.Table] = []
    for batch in database.sql(query, params=[wanted]).to_arrow_reader(BLOCK):
        for rows in _by_shard(pa.Table.from_batches([batch])):
            if open_rows and open_rows[0]["shard"][0] != rows["shard"][0]:
                yield Unit(pa.concat_tables(open_rows))
                open_rows = []
            open_rows.append(rows)
    if open_rows:
        yield Unit(pa.concat_tables(open_rows))


def _by_shard(rows: pa.Table) -> Iterator[pa.Table]:
    """Rows sorted by shard, cut where the shard changes."""
    start = 0
    for run in rows["shard"].combine_chunks().value_counts():
        yield rows.slice(start, run["counts"].as_py())
        start += run["counts"].as_py()


def _captions(path: Path, spill: Path) -> duckdb.DuckDBPyRelation:
    database = connect(spill=spill)
    present = columns(database, table(path), path)
    if "captions" in present:
        query = (
            "SELECT CASE place WHEN 1 THEN uid ELSE uid || '#' || place END AS uid, caption FROM ("
            f"SELECT uid, unnest(captions) AS caption, generate_subscripts(captions, 1) AS place FROM {table(path)})"
        )
    else:
        told = "trim(caption) <> '' AND shard IS NOT NULL"
        query = f"SELECT uid, caption FROM {table(path)} WHERE {told} ORDER BY uid"
    return database.sql(query)


def _definitions(path: Path) -> pa.Table:
    concepts = read_vocabulary(path)
    return pa.table({"uid": [each.id for each in concepts], "caption": [definition(each) for each in concepts]})
