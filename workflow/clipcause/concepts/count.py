"""Concept frequency: how many captions mention each concept, counted by DuckDB."""

from pathlib import Path

import duckdb
import pyarrow as pa

from clipcause.command import log
from clipcause.concepts.vocabulary import Concept, read_vocabulary
from clipcause.database import columns, connect, name, table, write_parquet
from clipcause.errors import UserError


def count_concepts(
    captions: str | Path, caption_column: str, vocabulary: str | Path, output: str | Path, threads: int = 1
) -> None:
    """Write `output` (concept, captions, share of all captions), a row for each concept, sorted by concept.

    Match rule `phrase`: a synonym counts as a whole phrase at word boundaries, in any case (letters and
    digits make words, all else separates them). A caption counts once per concept, and not at all for a
    concept one of whose excluded phrases it holds. Captions that are NULL match nothing; samples without
    an image are not counted.
    """
    database = connect(threads)
    source = table(captions)
    present = columns(database, source, captions)
    if caption_column not in present:
        raise UserError(f"{captions}: no caption column {caption_column!r}; it has {', '.join(present)}")
    concepts = read_vocabulary(vocabulary)
    database.register("concepts", pa.table({"concept": [concept.name for concept in concepts]}))
    for role in ("synonyms", "excluded"):
        database.register(role, _phrases(database, concepts, role))
    has_image = "WHERE shard IS NOT NULL" if "shard" in present else ""
    database.execute(
        f"CREATE TEMP TABLE captions AS SELECT row_number() OVER () AS number, {_words(name(caption_column))} AS words "
        f"FROM {source} {has_image}"
    )
    matches = """
        SELECT DISTINCT number, concept FROM captions JOIN synonyms ON contains(words, phrase)
        EXCEPT
        SELECT number, concept FROM captions JOIN excluded ON contains(words, phrase)
    """
    query = f"""
        SELECT concept, count(number) AS captions,
            count(number) / greatest((SELECT count(*) FROM captions), 1) AS share
        FROM concepts LEFT JOIN ({matches}) USING (concept) GROUP BY concept ORDER BY concept
    """
    write_parquet(database, query, output)
    total, mentioned = database.execute(
        f"SELECT (SELECT count(*) FROM captions), count(*) FILTER (captions > 0) FROM {table(output)}"
    ).fetchone()
    log.info("counted %d concepts in %s captions; %d occur", len(concepts), f"{total:,}", mentioned)


def _phrases(database: duckdb.DuckDBPyConnection, concepts: list[Concept], role: str) -> pa.Table:
    """One row per concept and phrase, the phrase in the form in which captions are searched."""
    pairs = [(concept.name, phrase) for concept in concepts for phrase in getattr(concept, role)]
    listed = pa.table(
        {
            "concept": pa.array([pair[0] for pair in pairs], pa.string()),
            "raw": pa.array([pair[1] for pair in pairs], pa.string()),
        }
    )
    database.register("listed", listed)
    return database.sql(
        f"SELECT concept, {_words('raw')} AS phrase FROM listed WHERE trim({_words('raw')}) <> '' ORDER BY ALL"
    ).to_arrow_table()


def _words(text: str) -> str:
    """SQL: `text` in lower case, its words separated and enclosed by single spaces."""
    return f"' ' || trim(regexp_replace(lower({text}), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')) || ' '"
