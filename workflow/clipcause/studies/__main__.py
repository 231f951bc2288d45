"""Commands of the studies stage."""

import argparse
import json
import sys
from pathlib import Path

from clipcause.evaluation.frequency_flags import add_frequency_flags, frequency_files
from clipcause.job import command
from clipcause.job.arguments import named, together
from clipcause.studies.compared import Compared


def main(arguments: list[str] | None = None) -> int:
    """Run one command of this stage; returns the exit status."""
    parser, add = command.new_parser("studies", "Compare a study's arms, judge its claims, draw its figures.")

    compare = add("compare", _compare, "estimate every measure of every arm, with intervals, and judge the claims")
    compare.add_argument("--name", required=True, help="the study's name")
    compare.add_argument("--study", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    compare.add_argument("--arms", nargs="+", required=True, help="one per run, like the four lists that follow")
    compare.add_argument("--seeds", nargs="+", type=int, required=True, help="training seeds")
    compare.add_argument("--families", nargs="+", required=True, help="objectives")
    compare.add_argument("--predictions", nargs="+", type=Path, required=True, help="predictions.parquet")
    compare.add_argument("--evidence", nargs="+", type=Path, required=True, help="evidence.safetensors")
    add_frequency_flags(compare)
    compare.add_argument("--evaluators", type=json.loads, default={}, metavar="JSON", help="the user's own, by name")
    compare.add_argument(
        "--nearest", nargs="*", default=[], type=named(), metavar="ARM=FILE", help="nearest.parquet of the arm's subset"
    )

    figures = add("figures", _figures, "draw the study's figures as SVG, PNG and CSV")
    figures.add_argument("--study", type=json.loads, required=True, metavar="JSON", help="its resolved settings")
    files = {"nargs": "*", "default": [], "type": named()}
    figures.add_argument("--nearest", **files, metavar="SUBSET=FILE", help="nearest.parquet of the study's subsets")
    figures.add_argument("--references", **files, metavar="NAME=FILE", help="nearest.parquet of reference sets")
    figures.add_argument("--details", **files, metavar="ARM=FILE", help="details.json of the arm's subset")
    figures.add_argument("--measures", **files, metavar="ARM=FILE", help="measures.parquet of the arm's runs")
    figures.add_argument("--output", type=Path, required=True, help="folder to write, replaced as a whole")

    for each, what in ((compare, "to write"), (figures, "that compare wrote")):
        for name in Compared._fields:
            kind = "JSON" if name == "claims" else "parquet"
            each.add_argument(f"--{name}", type=Path, required=True, help=f"{kind} {what}: the study's {name}")

    public = add("public", _public, "effective robustness and frequency correlations of public models")
    public.add_argument("--baselines", type=Path, required=True, help="CSV: accuracies of models of ImageNet alone")
    public.add_argument("--models", type=Path, required=True, help="CSV: accuracies of public CLIP models")
    public.add_argument("--accuracies", type=Path, help="CSV: accuracies per class of public CLIP models")
    public.add_argument("--frequencies", type=Path, help="CSV: captions of pools that mention each class")
    public.add_argument("--claims", type=json.loads, default={}, metavar="JSON", help="claims about pools, by name")
    public.add_argument("--resamples", type=int, default=1000, help="of test samples, for intervals")
    public.add_argument("--output", type=Path, required=True, help="folder to write the four results into")

    fetch = add("fetch", _fetch, "fetch the files that a table of public models is made of")
    fetch.add_argument("--base", required=True, metavar="URL", help="what the files' paths are below")
    fetch.add_argument("--files", type=json.loads, required=True, metavar="JSON", help="path -> SHA-256 or null")
    fetch.add_argument("--output", type=Path, required=True, help="folder to write, replaced as a whole")

    tabulate = add("tabulate", _tabulate, "make a table of public models of the files that were fetched")
    tabulate.add_argument("--layout", required=True, help="how the files are laid out: table, timm, ...")
    tabulate.add_argument("--files", type=Path, required=True, help="the folder that `fetch` wrote")
    tabulate.add_argument("--output", type=Path, required=True, help="CSV to write")

    for each in (fetch, tabulate):
        each.add_argument("--table", required=True, help="baselines, models, accuracies or frequencies")

    return command.run(parser, arguments)


def _compare(given: argparse.Namespace) -> None:
    from clipcause.evaluation.evaluators import evaluators
    from clipcause.studies.compare import write_comparison
    from clipcause.studies.runs import read_runs

    runs = read_runs(
        given.arms,
        given.seeds,
        given.families,
        given.predictions,
        given.evidence,
        frequency_files(given),
        given.study["testsets"],
        given.study["readouts"],
        given.study["attributes"],
    )
    write_comparison(
        given.study,
        runs,
        given.name,
        _compared(given),
        dict(given.nearest),
        evaluators(given.evaluators),
    )


def _compared(given: argparse.Namespace) -> Compared:
    return Compared(*(getattr(given, name) for name in Compared._fields))


def _figures(arguments: argparse.Namespace) -> None:
    from clipcause.studies.figures import FurtherFiles, draw_figures

    draw_figures(
        arguments.study,
        _compared(arguments),
        arguments.output,
        FurtherFiles(
            dict(arguments.nearest),
            dict(arguments.references),
            dict(arguments.details),
            together(arguments.measures),
        ),
    )


def _public(arguments: argparse.Namespace) -> None:
    from clipcause.studies.public.measure import write_public

    write_public(
        arguments.baselines,
        arguments.models,
        arguments.accuracies,
        arguments.frequencies,
        arguments.claims,
        arguments.output,
        arguments.resamples,
    )


def _fetch(arguments: argparse.Namespace) -> None:
    from clipcause.studies.public.fetch import fetch_files

    fetch_files(arguments.table, arguments.base, arguments.files, arguments.output)


def _tabulate(arguments: argparse.Namespace) -> None:
    from clipcause.studies.public.layouts import write_table

    write_table(arguments.table, arguments.layout, arguments.files, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
