"""Compare the arms of a study: estimates with intervals, the same per class, and the verdicts of its claims."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from clipcause.command import log
from clipcause.evaluation.evaluators import EVALUATORS, Evaluator
from clipcause.outputs import whole, write_json
from clipcause.studies.claims import check_claims, judge
from clipcause.studies.estimates import CLASSES, ESTIMATES, class_rows, estimate_rows
from clipcause.studies.measured import MeasureKey, measure_testset
from clipcause.studies.runs import Run

RESAMPLES = 1000


def compare(
    study: Mapping, runs: Sequence[Run], resamples: int = RESAMPLES, evaluators: Mapping[str, Evaluator] = EVALUATORS
) -> tuple[pd.DataFrame, pd.DataFrame, list[dict]]:
    """Estimates (columns ESTIMATES), per-class estimates (CLASSES) and judged claims of a study's resolved settings.

    Raises UserError if a claim names what the study lacks, or a class of a test set has no frequency.
    """
    readouts = study["readouts"]
    check_claims(study["claims"], {run.arm for run in runs}, study["testsets"], readouts, evaluators)
    estimates, classes, judged = [], [], {}
    start = time.monotonic()
    for number, testset in enumerate(study["testsets"], start=1):
        measured = measure_testset(runs, testset, readouts, resamples, evaluators)
        estimates += estimate_rows(runs, testset, measured)
        for readout in readouts:
            classes += class_rows(runs, testset, readout, measured)
        for name, claim in study["claims"].items():
            if claim["testset"] == testset:
                key = MeasureKey(claim["measure"], claim["readout"], claim["attribute"])
                judged[name] = judge(name, claim, measured.get(key))
        spent = time.monotonic() - start
        left = spent / number * (len(study["testsets"]) - number)
        log.info("%d of %d test sets compared (%s), %.0f s left", number, len(study["testsets"]), testset, left)
    estimates = pd.DataFrame(estimates, columns=ESTIMATES).astype(
        {"seed": "Int64", "seeds": "int64"}
        | dict.fromkeys(("readout", "attribute", "reason"), "string")
        | dict.fromkeys(("value", "low", "high", "standard_error"), "float64")
    )
    return estimates, pd.DataFrame(classes, columns=CLASSES), [judged[name] for name in study["claims"]]


def write_comparison(
    study: Mapping,
    runs: Sequence[Run],
    name: str,
    estimates: Path,
    classes: Path,
    claims: Path,
    evaluators: Mapping[str, Evaluator] = EVALUATORS,
) -> None:
    """Compare, and write the two tables as parquet and the claims, with what the study asks, as JSON."""
    tables = compare(study, runs, evaluators=evaluators)
    for frame, path in zip(tables[:2], (estimates, classes), strict=True):
        with whole(path) as temporary:
            frame.to_parquet(temporary, index=False)
    about = {key: study[key] for key in ("title", "question", "paper", "arms")}
    write_json(claims, {"study": name, **about, "claims": tables[2]})
    for claim in tables[2]:
        log.info("claim %s: %s", claim["name"], claim["verdict"])
