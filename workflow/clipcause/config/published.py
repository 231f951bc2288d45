"""Public models: what their tables need, where they come from, and whether the report has them."""

import json
from collections.abc import Iterator
from pathlib import Path

from clipcause.config.combinations import margin_problems
from clipcause.config.messages import at
from clipcause.errors import UserError

NEEDED = ("baselines", "models")
PER_CLASS = ("accuracies", "frequencies")
RESULTS = ("robustness.parquet", "correlations.parquet", "claims.json", "figures")


def published_problems(config: dict) -> Iterator[str]:
    """Yield one line per table that comes from nowhere or lacks another, and per claim without tables or margin."""
    tables, claims = config["published"]["tables"], config["published"]["claims"]
    for name, table in tables.items():
        if table["path"] is None and not (table["base"] and table["files"]):
            yield at(("published", "tables", name), "comes from nowhere; give path, or base and files")
    for pair in (NEEDED, PER_CLASS):
        missing = [name for name in pair if name not in tables]
        if len(missing) == 1:
            (other,) = set(pair) - set(missing)
            yield at(("published", "tables", missing[0]), f"missing; {other} is of no use without it")
    if not set(NEEDED) & set(tables) and set(PER_CLASS) <= set(tables):
        yield at(("published", "tables"), f"{' and '.join(NEEDED)} are missing; they must be given")
    for name, claim in claims.items():
        pair = PER_CLASS if claim["measure"] == "corr_acc" else NEEDED
        if not set(pair) <= set(tables):
            needs = f"{claim['measure']} needs published.tables.{pair[0]} and {pair[1]}"
            yield at(("published", "claims", name, "measure"), f"{needs}; give them or take the claim out")
    yield from margin_problems(("published", "claims"), claims)


def fetched(config: dict) -> list[str]:
    """The tables that are made of files on the web."""
    return [name for name, table in config["published"]["tables"].items() if table["path"] is None]


def downloads(table: str) -> str:
    """The folder of a table's files as they were published."""
    return f"results/published/downloads/{table}"


def files(config: dict, table: str) -> str:
    """The files of a table and their digests, as JSON: path below base -> SHA-256 or null."""
    return json.dumps({path: of["sha256"] for path, of in config["published"]["tables"][table]["files"].items()})


def table_files(config: dict) -> dict[str, str]:
    """Where each table is read from: `baselines` -> its path, or the file that is made of what was fetched."""
    tables = config["published"]["tables"]
    return {name: table["path"] or f"results/published/tables/{name}.csv" for name, table in tables.items()}


def results(config: dict) -> list[str]:
    """What public models yield. Raises UserError without the tables that they need."""
    if not config["published"]["tables"]:
        raise UserError("config: published.tables: there are none; give baselines and models")
    return [f"results/published/{file}" for file in RESULTS]


def joined(config: dict) -> list[str]:
    """What the report has of public models: `results`, or nothing.

    By `published.join`: with `given` where each table is a file or its files lie here from an earlier run, so that it
    hangs on no network; with `always` wherever there are tables.
    """
    join = config["published"]["join"]
    if not config["published"]["tables"] or join == "never":
        return []
    if join == "given" and not all(Path(downloads(table)).is_dir() for table in fetched(config)):
        return []
    return results(config)
