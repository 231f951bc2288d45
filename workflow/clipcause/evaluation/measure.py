"""All measures of one run, from its stored predictions, as a tidy table."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from clipcause.command import log
from clipcause.errors import UserError
from clipcause.evaluation.measures import MEASURES, UndefinedError
from clipcause.evaluation.outcomes import Outcomes, class_frequency, read_frequency, read_outcomes
from clipcause.evaluation.tally import tally
from clipcause.outputs import whole


def measure_run(predictions: str | Path, frequency: str | Path, manifest: str | Path, output: str | Path) -> None:
    """Write testset, measure, concept (NULL unless per class), value, reason (why a value is NULL).

    Raises UserError if the frequency table lacks a class of a test set, or if a test sample is in the
    `manifest` that the run was trained on.
    """
    _refuse_leaks(predictions, manifest)
    captions = read_frequency(frequency)
    rows = [
        (testset, *row)
        for testset, outcomes in read_outcomes(predictions).items()
        for row in measured(outcomes, captions, testset)
    ]
    frame = pd.DataFrame(rows, columns=["testset", "measure", "concept", "value", "reason"])
    frame = frame.astype({"value": "float64", "concept": "string", "reason": "string"})
    with whole(output) as temporary:
        frame.to_parquet(temporary, index=False)
    accuracy = frame[frame["measure"] == "accuracy"]
    run = "/".join(Path(output).parts[-4:-1])
    log.info(
        "%s: accuracy %s",
        run,
        ", ".join(f"{name} {value:.1%}" for name, value in accuracy[["testset", "value"]].values),
    )


def _refuse_leaks(predictions: str | Path, manifest: str | Path) -> None:
    tested = pd.read_parquet(predictions, columns=["testset", "uid"])
    trained = pd.read_parquet(manifest, columns=["uid"])["uid"]
    leaks = tested[tested["uid"].isin(trained)].groupby("testset", observed=True).size()
    if len(leaks):
        raise UserError(
            f"test set '{leaks.index[0]}': {leaks.iloc[0]:,} of its samples are in {manifest}, which the run was "
            "trained on; test on what is held out (held_out, part: held_out) or keep them out of the subset (where)"
        )


def measured(outcomes: Outcomes, captions: pd.Series, testset: str) -> Iterator[tuple]:
    """Yield (measure, concept or None, value or None, reason or None) of one run on one test set."""
    counts = tally(outcomes, class_frequency(captions, outcomes.classes, testset))
    for name, measure in MEASURES.items():
        try:
            value = measure(counts)[0]
        except UndefinedError as reason:
            yield name, None, None, str(reason)
            continue
        if measure.per_class:
            yield from ((name, concept, one, None) for concept, one in zip(outcomes.classes, value, strict=True))
        else:
            yield name, None, value, None
