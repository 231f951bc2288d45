"""The database: every measurement as tidy tables of one DuckDB file, each table and column with a comment."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from clipcause.concepts.counted import counted_name
from clipcause.database import connect, name, table, text
from clipcause.files.outputs import whole
from clipcause.job.command import log
from clipcause.report.holdings import COUNT, DETAILS
from clipcause.report.results import (
    Run,
    Study,
    read_cards,
    read_json_file,
    read_run,
    read_study,
    run_name,
    sources_of,
    unreadable,
)
from clipcause.report.tables import TABLES


def write_database(
    studies: Sequence[Path],
    runs: Sequence[Path],
    evaluations: Sequence[Path],
    cards: Sequence[Path],
    details: Sequence[Path],
    pools: Sequence[Path],
    counts: Sequence[Path],
    output: Path,
    tables: Path,
    published: Path | None = None,
    references: Sequence[Path] = (),
) -> None:
    """Write the tables that `tables` describes from these result folders and data cards, whole or not at all: as one
    database, `output`, and each as a parquet file in the folder `tables`. `published` is the folder of public models,
    where they join.

    The same results make the same rows in the same order; DuckDB puts an identifier of its own into every database, so
    its bytes differ. Raises UserError if a file is missing or lacks a column.
    """
    database = connect()
    with whole(output) as temporary, whole(tables) as copies:
        database.execute(f"ATTACH {text(temporary)} AS results; USE results")
        create_tables(database)
        insert(
            database, "runs", map(_run, sorted(map(read_run, runs), key=lambda run: (run.subset, run.recipe, run.seed)))
        )
        read = read_cards(cards)
        insert(database, "subsets", map(_subset, read))
        insert(database, "subset_classes", (row for card in read for row in _subset_classes(card)))
        for path, each in zip(details, read_cards(details, DETAILS), strict=True):
            named = {"subset": each["subset"], "draw": each["draw"]}
            insert(database, "subset_attributes", _attributes(each, named))
            insert(database, "subset_likeness", _likeness(each, named))
            insert(database, "subset_truth", _truth(each, named))
            insert_file(database, "nearest", path.with_name("nearest.parquet"), named)
        for path in references:
            embedder, _, reference = path.parent.parts[-3:]
            insert_file(database, "reference_nearest", path, {"embedder": embedder, "reference": reference})
        read = read_cards(pools)
        insert(database, "pools", read)
        insert(database, "pool_failures", (row for card in read for row in _pool_failures(card)))
        for card in counts:
            vocabulary, counted = counted_name(card)
            named = {"vocabulary": vocabulary, "counted": counted}
            insert(database, "counts", [_count(read_cards([card], COUNT)[0]) | named])
            insert_file(database, "frequencies", card.with_name("frequency.parquet"), named)
        for folder in evaluations:
            insert_file(database, "measures", folder / "measures.parquet", _named(folder))
            insert_file(database, "confusion", folder / "predictions.parquet", _named(folder), _CONFUSION)
        for study in map(read_study, studies):
            insert(database, "arms", _arms(study))
            insert(database, "claims", _claims(study))
            for each in ("estimates", "classes", "effects", "robustness", "nearness"):
                insert_file(database, each, study.folder / f"{each}.parquet", {"study": study.name})
        if published:
            insert(database, "public_claims", _public_claims(published))
            insert_file(database, "public_robustness", published / "robustness.parquet", {})
            insert_file(database, "public_correlations", published / "correlations.parquet", {})
        copies.mkdir()
        for each in TABLES:
            database.execute(f"COPY {each} TO {text(copies / f'{each}.parquet')}")
        rows = {each: database.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in TABLES}
        database.execute("USE memory; DETACH results")
    log.info("database: %s (%s)", output, ", ".join(f"{each} {count:,}" for each, count in rows.items()))


def create_tables(database: duckdb.DuckDBPyConnection) -> None:
    """Create every table of TABLES, empty, with its comments."""
    for title, described in TABLES.items():
        columns = ", ".join(f"{name(column)} {kind}" for column, (kind, _) in described.columns.items())
        database.execute(f"CREATE TABLE {title} ({columns}); COMMENT ON TABLE {title} IS {text(described.comment)}")
        for column, (_, comment) in described.columns.items():
            database.execute(f"COMMENT ON COLUMN {title}.{name(column)} IS {text(comment)}")


def insert(database: duckdb.DuckDBPyConnection, title: str, rows: Iterable[dict]) -> None:
    """Insert `rows`, each with a value per column of the table; further keys are left out."""
    columns = TABLES[title].columns
    values = [[row[column] for column in columns] for row in rows]
    if values:
        database.executemany(f"INSERT INTO {title} VALUES ({', '.join('?' * len(columns))})", values)


_CONFUSION = """(
    SELECT testset, readout, label, prediction, count(*) / any_value(draws) AS count
    FROM (SELECT *, max(draw) OVER (PARTITION BY testset, readout) + 1 AS draws FROM {file})
    GROUP BY testset, readout, label, prediction ORDER BY ALL
)"""


def insert_file(
    database: duckdb.DuckDBPyConnection, title: str, path: Path, given: dict[str, str | int], query: str = "{file}"
) -> None:
    """Insert the rows of a parquet file, or of a `query` on it; the columns in `given` have these values, all others
    come from the file."""
    values = [text(given[column]) if column in given else name(column) for column in TABLES[title].columns]
    try:
        database.execute(f"INSERT INTO {title} SELECT {', '.join(values)} FROM {query.format(file=table(path))}")
    except duckdb.Error as error:
        raise unreadable(path, error) from error


def _run(run: Run) -> dict:
    recipe = {"objective": run.record["recipe"]["objective"], "model": run.record["recipe"]["model"]}
    return run.record | run.speed | recipe | {"subset": run.subset, "recipe": run.recipe, "seed": run.seed}


def _subset(card: dict) -> dict:
    return card | {"sources": sources_of(card["settings"]), "method": card["settings"]["method"]}


def _subset_classes(card: dict) -> Iterator[dict]:
    for label, samples in card["classes"].items():
        yield {"subset": card["subset"], "draw": card["draw"], "class": label, "samples": samples}


def _attributes(details: dict, named: dict) -> Iterator[dict]:
    for attribute, of in details["attributes"].items():
        association = {f"association_{key}": of["association_bias"][key] for key in ("max", "mean")}
        yield of | association | named | {"attribute": attribute}


def _likeness(details: dict, named: dict) -> Iterator[dict]:
    for testset, of in (details["likeness"] or {"testsets": {}})["testsets"].items():
        quantiles = {f"nearest_{float(each):.0%}".replace("%", ""): value for each, value in of["nearest"].items()}
        yield of["contaminated"] | quantiles | named | {"testset": testset}


def _truth(details: dict, named: dict) -> Iterator[dict]:
    for column, kinds in details["truth"].items():
        for kind, of in kinds.items():
            yield of | named | {"truth": column, "kind": kind}


def _pool_failures(card: dict) -> Iterator[dict]:
    for error_class, rows in card["failures"].items():
        yield {"pool": card["pool"], "error_class": error_class, "rows": rows}


def _count(card: dict) -> dict:
    zipf = card["zipf"] or dict.fromkeys(("exponent", "low", "high"))
    return card | {"zipf_exponent": zipf["exponent"], "zipf_low": zipf["low"], "zipf_high": zipf["high"]}


def _arms(study: Study) -> Iterator[dict]:
    for arm, parts in study.arms.items():
        yield parts | {"study": study.name, "arm": arm}


def _claims(study: Study) -> Iterator[dict]:
    for claim in study.claims:
        yield claim | {"study": study.name, "claim": claim["name"]}


def _public_claims(published: Path) -> Iterator[dict]:
    for claim in read_json_file(published / "claims.json")["claims"]:
        yield {"matching": None} | claim | {"claim": claim["name"]}


def _named(folder: Path) -> dict[str, str | int]:
    return dict(zip(("subset", "recipe", "seed"), run_name(folder), strict=True))
