"""How many rows, images and samples a configuration has: from what is there already, else from its settings.

What is not there yet is counted from above: a pool of which no index says what failed has as many images as rows, and a
subset whose method may drop samples has as many as what it is taken from.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from clipcause.config.collecting import chunks, local_metadata, metadata, remote_metadata
from clipcause.config.paths import MADE, MINIWEB_TESTSETS
from clipcause.config.plan import draw_of
from clipcause.config.sources import sources

RESULTS = Path("results")


class Quantities:
    """Counts of a resolved configuration, by name; None for what can't be told before it is made."""

    def __init__(self, config: dict, results: Path = RESULTS) -> None:
        self.config, self._results = config, results
        for each in ("rows", "images", "samples", "test_images", "preflight"):
            setattr(self, each, cache(getattr(self, each)))  # of this object

    def rows(self, pool: str) -> int | None:
        """The rows of a pool's metadata."""
        if (made := self._json(f"pools/{pool}/card.json")) is not None:
            return made["rows"]
        if (prepared := _rows_of_file(self._results / "pools" / pool / "metadata.parquet")) is not None:
            return prepared
        there = total(map(self._rows_of_table, local_metadata(self.config, pool)))
        if not metadata(self.config, pool) or remote_metadata(self.config, pool) or there is None:
            return None
        most = self.config["pools"][pool]["max_rows"]
        return there if most is None else min(there, most)

    def images(self, pool: str) -> int | None:
        """The images of a pool: as many as its index counts, or as its preflight expects, or as its rows."""
        if (made := self._json(f"pools/{pool}/card.json")) is not None:
            return made["images"]
        rows, share = self.rows(pool), 1.0
        if metadata(self.config, pool) and set(metadata(self.config, pool)) <= set(MADE):
            miniweb = self.config["miniweb"]
            share = 1 - sum(miniweb[fault] for fault in ("dead_links", "broken_files", "not_images"))
        elif (expected := self.preflight(pool)) is not None:
            share = expected["success"]
        return None if rows is None else round(rows * share)

    def chunk_rows(self, pool: str) -> float | None:
        """The rows of one chunk of a pool."""
        rows = self.rows(pool)
        return None if rows is None else rows / len(chunks(self.config, pool))

    def preflight(self, pool: str) -> dict | None:
        """What a look at a few hundred of a pool's URLs found; None if there was none."""
        return self._json(f"pools/{pool}/preflight.json")

    def candidates(self, subset: str, draw: int) -> int | None:
        """What a draw of a subset is taken from: the images of pools, the samples of subsets."""
        return total(self._of_source(source, draw) for source in sources(self.config, subset))

    def samples(self, subset: str, draw: int) -> int | None:
        """The samples of a draw of a subset."""
        if (made := self._json(f"subsets/{subset}/draw{draw}/card.json")) is not None:
            return made["samples"]
        settings = self.config["subsets"][subset]
        if settings.get("samples") is not None:
            return settings["samples"]
        if (size_of := settings.get("size_of")) is not None:
            return self.samples(size_of, draw_of(self.config, size_of, draw))
        candidates = self.candidates(subset, draw)
        share = settings.get("fraction")
        return candidates if share is None or candidates is None else round(candidates * share)

    def test_images(self, testset: str) -> int | None:
        """The images of a test set."""
        index = self._results / "testsets" / testset / "samples.parquet"
        settings = self.config["testsets"][testset]
        if index.exists():
            return _rows_of_file(index)
        if settings["source"] == "pool":
            images = self.images(settings["pool"])
            return None if images is None else round(images * self.config["pools"][settings["pool"]]["held_out"])
        if settings.get("path") in MADE:
            return self.drawn_images(Path(settings["path"]).name)
        return None

    def drawn_images(self, testset: str) -> int:
        """The images of a test set that the miniweb draws, by its name there."""
        return MINIWEB_TESTSETS[testset] * self.config["miniweb"]["test_images_per_class"]

    def _rows_of_table(self, path: str) -> int | None:
        return self.config["miniweb"]["images"] if path in MADE else _rows_of_file(path)

    def _of_source(self, source: str, draw: int) -> int | None:
        if source in self.config["pools"]:
            return self.images(source)
        return self.samples(source, draw_of(self.config, source, draw))

    def _json(self, path: str) -> dict | None:
        try:
            return json.loads((self._results / path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None


def total(counts: Iterable[int | None]) -> int | None:
    """The sum of counts; None if one of them is not known."""
    counts = list(counts)
    return None if None in counts else sum(counts)


def _rows_of_file(path: str | Path) -> int | None:
    """The rows of a parquet file, or the lines of a text below its heading; None for other files."""
    path = Path(path)
    try:
        if path.suffix == ".parquet":
            from pyarrow import parquet

            return parquet.read_metadata(path).num_rows
        if path.suffix in (".csv", ".tsv"):
            with open(path, "rb") as file:
                return max(sum(1 for _ in file) - 1, 0)
    except (OSError, ValueError):
        return None
    return None
