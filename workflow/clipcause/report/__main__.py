"""Commands of the report stage."""

import argparse
import json
import sys
from pathlib import Path

from clipcause.errors import UserError
from clipcause.job import command


def main(arguments: list[str] | None = None) -> int:
    """Run one command of this stage; returns the exit status."""
    parser, add = command.new_parser("report", "Everything the studies found, to read and to query.")

    page = add("page", _page, "write the report, one HTML file that needs no network")
    page.add_argument("--config", type=json.loads, required=True, metavar="JSON", help="the resolved configuration")
    page.add_argument("--benchmarks", type=Path, required=True, help="folder of what Snakemake measured of each job")
    page.add_argument("--stages", type=json.loads, required=True, metavar="JSON", help="the stage of each step")

    database = add("database", _database, "write all measurements as tables of one DuckDB file, and as parquet")
    database.add_argument("--tables", type=Path, required=True, help="folder to write, a parquet file per table")
    database.add_argument(
        "--evaluations",
        nargs="*",
        type=Path,
        required=True,
        help="folders with measures.parquet and predictions.parquet",
    )
    database.add_argument(
        "--references",
        nargs="*",
        type=Path,
        default=[],
        help="results/embeddings/{embedder}/{pools,testsets}/{reference}/nearest.parquet",
    )

    for each in (page, database):
        each.add_argument("--studies", nargs="*", type=Path, required=True, help="results/studies/{study}")
        each.add_argument(
            "--runs", nargs="*", type=Path, required=True, help="results/runs/{subset}/{recipe}/seed{seed}"
        )
        each.add_argument("--cards", nargs="*", type=Path, required=True, help="data cards of the subsets")
        each.add_argument("--details", nargs="*", type=Path, default=[], help="details.json of the subsets")
        each.add_argument("--pools", nargs="*", type=Path, required=True, help="data cards of the pools")
        each.add_argument("--counts", nargs="*", type=Path, required=True, help="data cards of the concept counts")
        each.add_argument("--published", type=Path, help="results/published, where public models join")
        each.add_argument("--output", type=Path, required=True, help="file to write")

    document = add("document", _document, "write claims and figures of a page of documentation anew, as docs/full.md")
    document.add_argument("--page", type=Path, required=True, help="Markdown file with a heading ## STUDY for each")
    document.add_argument("--studies", nargs="+", type=Path, required=True, help="results/studies/{study}")

    return command.run(parser, arguments)


def _refuse_nothing(given: argparse.Namespace) -> None:
    if not given.studies:
        raise UserError(
            "the configuration has no study, so there is nothing to report; add one under `studies`, or name what to "
            "make, as in `snakemake --cores all concepts`"
        )


def _page(given: argparse.Namespace) -> None:
    _refuse_nothing(given)
    from clipcause.report.page import write_page

    write_page(
        given.config,
        given.studies,
        given.runs,
        given.cards,
        given.details,
        given.pools,
        given.counts,
        given.benchmarks,
        given.stages,
        given.output,
        given.published,
    )


def _database(given: argparse.Namespace) -> None:
    _refuse_nothing(given)
    from clipcause.report.database import write_database

    write_database(
        given.studies,
        given.runs,
        given.evaluations,
        given.cards,
        given.details,
        given.pools,
        given.counts,
        given.output,
        given.tables,
        given.published,
        given.references,
    )


def _document(given: argparse.Namespace) -> None:
    from clipcause.report.markdown import write_findings

    write_findings(given.page, given.studies)


if __name__ == "__main__":
    sys.exit(main())
