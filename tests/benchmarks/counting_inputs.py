"""What the benchmark of concept counting counts: captions made from Flickr8k's, and vocabularies of 50,000 concepts.

A made-up caption is a real one with a made-up word put in at some place, so that no caption stands twice and that rare
words, of which web captions are full, are there in millions. All is a pure function of the row number.
"""

import json
from collections import Counter
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import duckdb

from clipcause.concepts.lemmatizers.wordnet import find_wordnet

SYLLABLES = [consonant + vowel for consonant in "bcdfghklmnprstvz" for vowel in "aeiou"]
MADE_UP = 2_500_000  # words
COMMON = 100  # most frequent words of the captions, `a` and `the` among them, that are no concepts


def make_pieces(real: Path, folder: Path, pieces: int, size: int) -> list[Path]:
    """Parquet files of `size` captions each, column `caption`, in random order; files that are there are kept."""
    database = _connect(folder)
    database.execute(
        "CREATE TABLE base AS SELECT row_number() OVER (ORDER BY caption) - 1 AS place, string_split(caption, ' ') AS "
        f"words FROM (SELECT DISTINCT trim(caption) AS caption FROM '{real}')"
    )
    real_captions = database.execute("SELECT count(*) FROM base").fetchone()[0]
    listed = ", ".join(f"'{syllable}'" for syllable in SYLLABLES)
    database.execute(f"CREATE MACRO syllable(n) AS list_extract([{listed}], n % 80 + 1)")
    files = [folder / f"{size}-{piece:02d}.parquet" for piece in range(pieces)]
    for piece, file in enumerate(files):
        if not file.exists():
            partial = file.with_suffix(".part")
            query = _captions(piece * size, (piece + 1) * size, real_captions)
            database.execute(f"COPY ({query}) TO '{partial}' (FORMAT parquet, ROW_GROUP_SIZE 100000)")
            partial.rename(file)
    return files


def _captions(first: int, end: int, real: int) -> str:
    """SQL of the captions of the rows `first` to `end`, shuffled.

    A row's real caption and its made-up word repeat together only after `real` x 2.5 million rows (coprime). The
    word's number is spread over 80 x 80 x 80 x 80 syllables; a quarter of the words end in a comma, a quarter in a
    full stop and a quarter in a plural's s; one in eight is in capitals.
    """
    word = "syllable(w) || syllable(w // 80) || syllable(w // 6400) || syllable(w // 512000)"
    return f"""
        SELECT array_to_string(list_concat(words[:cut], [word], words[cut + 1:]), ' ') AS caption FROM (
            SELECT i, words, hash(i, 1) % (len(words) + 1) AS cut,
                CASE WHEN i % 8 = 3 THEN upper(bare) ELSE bare END || ['', ',', '.', 's'][i % 4 + 1] AS word
            FROM (
                SELECT i, {word} AS bare FROM (
                    SELECT range AS i, range * 7919 % {MADE_UP} * 15485863 % 40960000 AS w FROM range({first}, {end})
                )
            ) JOIN base ON place = i % {real}
        ) ORDER BY hash(i, 2), i"""


def check_captions(files: list[Path], size: int) -> tuple[int, int]:
    """How many captions and distinct words (between spaces, in lower case, letters alone) there are.

    Raises AssertionError if a caption stands twice or if there is less than one distinct word in ten captions.
    """
    database = _connect(files[0].parent)
    source = f"read_parquet({[str(file) for file in files]})"
    captions, distinct = database.execute(f"SELECT count(*), count(DISTINCT hash(caption)) FROM {source}").fetchone()
    assert captions == distinct == len(files) * size, f"{captions} captions, {distinct} of them distinct"
    words = database.execute(
        "SELECT count(DISTINCT regexp_replace(token, '[^a-z]+', '', 'g')) "
        f"FROM (SELECT DISTINCT unnest(string_split(lower(caption), ' ')) AS token FROM {source})"
    ).fetchone()[0]
    assert words >= captions // 10, f"only {words} distinct words in {captions} captions"
    return captions, words


def first_captions(file: Path, count: int) -> list[str]:
    """The first `count` captions of a file."""
    rows = duckdb.execute(f"SELECT caption FROM '{file}' WHERE file_row_number < {count} ORDER BY file_row_number")
    return [row[0] for row in rows.fetchall()]


def write_vocabulary(real: Path, path: Path, pairs: int, concepts: int = 50_000) -> list[str]:
    """Write a vocabulary whose concepts are their own only synonym, and return them.

    First the words of the real captions but for the COMMON ones, then the most frequent `pairs` of neighbouring words
    of four letters or more, then nouns of WordNet, of one word or several, in random order.
    """
    captions = [row[0] for row in duckdb.execute(f"SELECT lower(caption) FROM '{real}' ORDER BY caption").fetchall()]
    words, neighbours = Counter(), Counter()
    for caption in captions:
        tokens = caption.split()
        words.update(token for token in tokens if token.isalpha())
        neighbours.update(f"{one} {two}" for one, two in pairwise(tokens) if _long(one) and _long(two))
    lines = (find_wordnet() / "index.noun").read_text(encoding="utf-8").splitlines()
    nouns = [line.split(" ", 1)[0].replace("_", " ") for line in lines if not line.startswith("  ")]
    nouns.sort(key=lambda noun: sha256(noun.encode()).digest())
    frequent = [pair for pair, _ in neighbours.most_common(pairs)]
    common = {word for word, _ in words.most_common(COMMON)}
    entries = [entry for entry in dict.fromkeys([*sorted(words), *frequent, *nouns]) if entry not in common][:concepts]
    assert len(entries) == concepts, f"only {len(entries)} concepts"
    path.write_text(json.dumps({entry: [entry] for entry in entries}), encoding="utf-8")
    return entries


def _long(word: str) -> bool:
    return word.isalpha() and len(word) >= 4


def _connect(temporary: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(f"SET memory_limit = '4GB'; SET temp_directory = '{temporary}'; SET enable_progress_bar = false")
    return database
