"""Compare the arms of a study: estimates with intervals, the same per class, and the verdicts of its claims."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from clipcause.evaluation.evaluators import EVALUATORS, Evaluator
from clipcause.files.outputs import whole, write_json
from clipcause.job.command import log
from clipcause.job.took import work_begins
from clipcause.studies.answers import keep, shifts_for
from clipcause.studies.claims import check_claims, claim_questions, judge
from clipcause.studies.compared import Compared
from clipcause.studies.effects import EFFECTS, effect_questions, effect_rows
from clipcause.studies.estimates import CLASSES, ESTIMATES, class_rows, estimate_rows
from clipcause.studies.measured import measure_testset
from clipcause.studies.nearness import NEARNESS, nearness_rows, read_nearest
from clipcause.studies.runs import Run
from clipcause.studies.shift_tables import ROBUSTNESS, robustness_estimates, robustness_rows
from clipcause.studies.shifts import Shift, measure_shifts

RESAMPLES = 1000
NOTHING: Mapping = MappingProxyType({})


def compare(
    study: Mapping,
    runs: Sequence[Run],
    resamples: int = RESAMPLES,
    evaluators: Mapping[str, Evaluator] = EVALUATORS,
    shifts: Mapping[str, Shift] = NOTHING,
    name: str = "STUDY",
) -> tuple[pd.DataFrame, pd.DataFrame, list[dict], pd.DataFrame]:
    """Estimates (columns ESTIMATES), per-class estimates (CLASSES), judged claims and effects (EFFECTS) of a study.

    `study` holds its resolved settings; `shifts` are what `measure_shifts` makes of the same runs, where it asks for
    effective robustness. Raises UserError if a claim or effect names what the study lacks, or a class of a test set has
    no frequency.
    """
    run = {**study, "arms": dict.fromkeys(run.arm for run in runs)}
    claimed, effects = claim_questions(run), effect_questions(run, evaluators)
    check_claims(study["claims"], claimed, evaluators)
    questions = [*claimed.values(), *effects.values()]
    readouts = study["readouts"]
    estimates, classes, kept = [], [], {}
    start = time.monotonic()
    for number, testset in enumerate(study["testsets"], start=1):
        measured = measure_testset(runs, testset, readouts, resamples, evaluators)
        estimates += estimate_rows(runs, testset, measured)
        for readout in readouts:
            classes += class_rows(runs, testset, readout, measured)
        if testset in shifts:
            estimates += robustness_estimates(runs, shifts[testset])
        kept |= keep(questions, testset, measured)
        spent = time.monotonic() - start
        left = spent / number * (len(study["testsets"]) - number)
        log.info("%d of %d test sets compared (%s), %.0f s left", number, len(study["testsets"]), testset, left)
    of_shifts = shifts_for(questions, study, runs, shifts, resamples)
    estimates = pd.DataFrame(estimates, columns=ESTIMATES).astype(
        {"seed": "Int64", "seeds": "int64"}
        | dict.fromkeys(("readout", "attribute", "reason"), "string")
        | dict.fromkeys(("value", "low", "high", "standard_error"), "float64")
    )
    return (
        estimates,
        pd.DataFrame(classes, columns=CLASSES),
        [judge(each, of, name, claimed.get(each), kept, of_shifts) for each, of in study["claims"].items()],
        _typed(effect_rows(effects, kept, of_shifts), EFFECTS, text=6, seeds="Int64", reason="string"),
    )


def robustness_table(study: Mapping, runs: Sequence[Run], shifts: Mapping[str, Shift]) -> pd.DataFrame:
    """The columns ROBUSTNESS of every shift; empty for a study that does not ask for effective robustness."""
    rows = [row for shift in shifts.values() for row in robustness_rows(runs, shift, study["robustness"]["baselines"])]
    return _typed(
        rows, ROBUSTNESS, text=4, seed="Int64", classes="int64", baselines="int64", baseline="bool", extrapolates="bool"
    )


def nearness_table(
    study: Mapping, runs: Sequence[Run], nearest: Mapping[str, str | Path], resamples: int = RESAMPLES
) -> pd.DataFrame:
    """The columns NEARNESS of every test set and readout, from `nearest`: per arm its subset's nearest.parquet.

    Empty without any.
    """
    files = {path: read_nearest(path) for path in set(nearest.values())}
    of_arms = {arm: files[path] for arm, path in nearest.items()}
    asked = [(testset, readout) for testset in study["testsets"] for readout in study["readouts"]] if nearest else []
    rows = [row for testset, readout in asked for row in nearness_rows(runs, testset, readout, of_arms, resamples)]
    return _typed(rows, NEARNESS, text=3, draw="int64", seeds="Int64")


def write_comparison(
    study: Mapping,
    runs: Sequence[Run],
    name: str,
    files: Compared,
    nearest: Mapping[str, str | Path] = NOTHING,
    evaluators: Mapping[str, Evaluator] = EVALUATORS,
) -> None:
    """Compare, and write the tables and the claims, these with what the study asks, into `files`."""
    work_begins()
    shifts = measure_shifts(study, runs, RESAMPLES)
    *tables, judged, of_effects = compare(study, runs, evaluators=evaluators, shifts=shifts, name=name)
    tables += [of_effects, robustness_table(study, runs, shifts), nearness_table(study, runs, nearest)]
    paths = files.estimates, files.classes, files.effects, files.robustness, files.nearness
    for frame, path in zip(tables, paths, strict=True):
        with whole(path) as temporary:
            frame.to_parquet(temporary, index=False)
    about = {key: study[key] for key in ("title", "question", "paper", "arms")}
    write_json(files.claims, {"study": name, **about, "claims": judged})
    for claim in judged:
        log.info("claim %s: %s", claim["name"], claim["verdict"])


def _typed(rows: Iterable[tuple], columns: Sequence[str], text: int, **types: str) -> pd.DataFrame:
    """A table of which the first `text` columns are texts, all but those in `types` numbers; with or without rows."""
    kinds = dict.fromkeys(columns, "float64") | dict.fromkeys(columns[:text], "string") | types
    return pd.DataFrame(rows, columns=columns).astype(kinds)
