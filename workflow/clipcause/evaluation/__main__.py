"""Commands of the evaluation stage."""

import argparse
import json
import sys
from pathlib import Path

from clipcause.evaluation.frequency_flags import add_frequency_flags, frequency_files
from clipcause.job import command
from clipcause.job.arguments import named


def main(arguments: list[str] | None = None) -> int:
    """Run one command of this stage; returns the exit status."""
    parser, add = command.new_parser("evaluation", "What runs answer on test sets, and what that measures.")

    check = add("check", _check, "make sure that the classes of test sets can be measured, before anything is trained")
    check.add_argument(
        "--vocabularies",
        nargs="+",
        type=named("TESTSET=FILE", str),
        required=True,
        metavar="TESTSET=FILE",
        help="whose concepts are counted for the frequencies of its classes",
    )
    check.add_argument("--output", type=Path, required=True, help="JSON to write: the classes of each test set")

    encode = add("encode", _encode, "store the features of test sets by one or several runs")
    encode.add_argument("--runs", nargs="+", type=Path, required=True, help="run directories")
    encode.add_argument("--outputs", nargs="+", type=Path, required=True, help="one features.safetensors per run")
    encode.add_argument("--attributes", type=json.loads, default={}, metavar="JSON", help="resolved settings by name")
    encode.add_argument("--threads", type=int, required=True, help="CPU threads")

    evaluate = add("evaluate", _evaluate, "answer and measure from stored features, without any model")
    evaluate.add_argument("--features", nargs="+", type=Path, required=True, help="features.safetensors, one per run")
    evaluate.add_argument("--seeds", nargs="+", type=int, required=True, help="training seeds, one per run")
    add_frequency_flags(evaluate)
    evaluate.add_argument(
        "--manifests", nargs="*", type=Path, required=True, help="every manifest.parquet that some run has learned from"
    )
    evaluate.add_argument("--readouts", nargs="+", required=True, help="such as own, ensemble, linear_probe, 10_shot")
    evaluate.add_argument("--predictions", nargs="+", type=Path, required=True, help="predictions.parquet to write")
    evaluate.add_argument("--measures", nargs="+", type=Path, required=True, help="measures.parquet to write")
    evaluate.add_argument("--evidence", nargs="+", type=Path, required=True, help="evidence.safetensors to write")
    evaluate.add_argument("--attributes", type=json.loads, default={}, metavar="JSON", help="resolved settings by name")
    evaluate.add_argument("--evaluators", type=json.loads, default={}, metavar="JSON", help="the user's own, by name")
    evaluate.add_argument("--threads", type=int, required=True, help="CPU threads")

    for each in (check, encode, evaluate):
        each.add_argument("--testsets", nargs="+", type=Path, required=True, help="results/testsets/{testset}")
    for each in (check, evaluate):
        train = {"nargs": "*", "type": named("TESTSET=DIRECTORY"), "default": [], "metavar": "TESTSET=DIRECTORY"}
        each.add_argument("--train", **train, help="what a test set's probes learn from")

    return command.run(parser, arguments)


def _check(given: argparse.Namespace) -> None:
    from clipcause.evaluation.check import check_testsets

    check_testsets(given.testsets, dict(given.train), dict(given.vocabularies), given.output)


def _encode(arguments: argparse.Namespace) -> None:
    from clipcause.evaluation.attributes import prompts_of
    from clipcause.evaluation.encode import encode_runs

    asked = prompts_of(arguments.attributes)
    encode_runs(arguments.runs, arguments.testsets, arguments.outputs, arguments.threads, asked)


def _evaluate(given: argparse.Namespace) -> None:
    from clipcause.errors import UserError
    from clipcause.evaluation.attributes import read_attributes
    from clipcause.evaluation.evaluate import EvaluatedRun, evaluate_runs
    from clipcause.evaluation.evaluators import evaluators

    names = ("features", "seeds", "predictions", "measures", "evidence")
    columns = [getattr(given, name) for name in names]
    if len({len(column) for column in columns}) > 1:
        raise UserError(f"{', '.join(names[:-1])} and {names[-1]}: give one of each per run")
    runs = [EvaluatedRun(*row) for row in zip(*columns, strict=True)]
    attributes, every = read_attributes(given.attributes), evaluators(given.evaluators)
    sets = given.manifests, given.testsets, dict(given.train)
    evaluate_runs(runs, frequency_files(given), *sets, given.readouts, given.threads, attributes, every)


if __name__ == "__main__":
    sys.exit(main())
