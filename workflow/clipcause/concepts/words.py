"""Word frequencies: how often each word occurs in captions, gathered chunk by chunk in bounded memory."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from clipcause.database import rows_in, table, write_parquet

FULL = 4_000_000  # rows that are added up before more come in
SUMMED = "SELECT word, CAST(sum(occurrences) AS BIGINT) AS occurrences FROM {source} GROUP BY word"


class WordCounts:
    """Adds up word counts; what exceeds the memory limit goes to the database's temporary folder."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._rows = 0
        database.execute("CREATE TABLE word_counts (word VARCHAR, occurrences BIGINT)")

    def add(self, counts: pa.Table) -> None:
        """Add a table of word and occurrences."""
        self._database.register("counts", counts)
        self._database.execute("INSERT INTO word_counts FROM counts")
        self._rows += len(counts)
        if self._rows > FULL:
            self._database.execute(
                f"CREATE TABLE summed AS {SUMMED.format(source='word_counts')}; DROP TABLE word_counts; "
                "ALTER TABLE summed RENAME TO word_counts"
            )
            self._rows = rows_in(self._database, "word_counts") // 2

    def write(self, path: str | Path) -> None:
        """Write word and occurrences, sorted by word."""
        write_parquet(self._database, f"{SUMMED.format(source='word_counts')} ORDER BY word", path)


def merge_words(database: duckdb.DuckDBPyConnection, parts: Sequence[str | Path], output: str | Path) -> None:
    """Add up the word counts of parts into one table."""
    write_parquet(database, f"{SUMMED.format(source=table(parts))} ORDER BY word", output)
