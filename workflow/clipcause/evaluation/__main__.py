"""Commands of the evaluation stage."""

import argparse
import sys
from pathlib import Path

from clipcause import command


def main(arguments: list[str] | None = None) -> int:
    """Run one command of this stage; returns the exit status."""
    parser, add = command.new_parser("evaluation", "What runs predict on test sets, and what that measures.")

    predict = add("predict", _predict, "predict the class of every test sample, for one or several runs")
    predict.add_argument("--runs", nargs="+", type=Path, required=True, help="run directories")
    predict.add_argument("--testsets", nargs="+", type=Path, required=True, help="results/testsets/{testset}")
    predict.add_argument("--outputs", nargs="+", type=Path, required=True, help="one predictions.parquet per run")
    predict.add_argument("--threads", type=int, required=True, help="CPU threads")

    measure = add("measure", _measure, "measure a run from its stored predictions")
    measure.add_argument("--predictions", type=Path, required=True, help="predictions.parquet of one run")
    measure.add_argument("--frequency", type=Path, required=True, help="frequency.parquet of what it was trained on")
    measure.add_argument("--manifest", type=Path, required=True, help="manifest.parquet that it was trained on")
    measure.add_argument("--output", type=Path, required=True, help="measures.parquet to write")

    return command.run(parser, arguments)


def _predict(arguments: argparse.Namespace) -> None:
    from clipcause.evaluation.predict import predict_runs

    predict_runs(arguments.runs, arguments.testsets, arguments.outputs, arguments.threads)


def _measure(arguments: argparse.Namespace) -> None:
    from clipcause.evaluation.measure import measure_run

    measure_run(arguments.predictions, arguments.frequency, arguments.manifest, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
