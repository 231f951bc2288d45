"""Evaluate runs from their stored features: what every readout answers, and all measures of it, as tidy tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from clipcause.errors import UserError
from clipcause.evaluation.answers import answers
from clipcause.evaluation.attributes import Attribute
from clipcause.evaluation.evaluators import Evaluator, Row, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceKey, TestSetEvidence, write_evidence
from clipcause.evaluation.features import StoredFeatures
from clipcause.evaluation.frequencies import Frequencies, FrequencyFiles
from clipcause.evaluation.measures import UndefinedError
from clipcause.evaluation.outcomes import COLUMNS, outcomes_of, write_predictions
from clipcause.evaluation.readouts import OWN, Asked, NoReadoutError, Training, readout, refuse_strange_head
from clipcause.evaluation.testset import TestSet, read_testset, refuse_leaks, refuse_overlap
from clipcause.files.outputs import whole
from clipcause.job.command import log
from clipcause.job.took import work_begins

MEASURE_COLUMNS = {
    "testset": "string",
    "readout": "string",
    "measure": "string",
    "attribute": "string",
    "concept": "string",
    "value": "float64",
    "reason": "string",
}


@dataclass(frozen=True)
class EvaluatedRun:
    """One run to evaluate: features, seed, and the three files to write."""

    features: Path
    seed: int
    predictions: Path
    measures: Path
    evidence: Path


def evaluate_runs(
    runs: Sequence[EvaluatedRun],
    frequencies: FrequencyFiles,
    manifests: Sequence[Path],
    testsets: Sequence[Path],
    train: Mapping[str, Path],
    readouts: Sequence[str],
    threads: int,
    attributes: Mapping[str, Attribute],
    evaluators: Mapping[str, Evaluator],
) -> None:
    """Write predictions, measures and evidence of every run on every test set, by every readout and evaluator.

    `frequencies` are those in what each was trained on; `manifests` are all that some run has learned from, be it
    before its own training; `train` says, per name of a test set, from which other one its probes learn. Raises
    UserError if a test sample is among what is learned from, if features are missing or stale, or a class has no
    frequency.
    """
    work_begins()
    sets = [read_testset(directory) for directory in testsets]
    train_sets = {name: read_testset(directory) for name, directory in train.items()}
    for testset in sets:
        if testset.name in train_sets:
            refuse_overlap(testset, train_sets[testset.name])
    for manifest in manifests:
        refuse_leaks(sets, manifest)
    with threadpool_limits(threads):
        for number, run in enumerate(runs, start=1):
            known = frequencies.read(run.seed)
            evaluate_run(run, known, sets, train_sets, readouts, attributes, evaluators, f"{number} of {len(runs)}")


def evaluate_run(
    run: EvaluatedRun,
    frequencies: Frequencies,
    testsets: Sequence[TestSet],
    train_sets: Mapping[str, TestSet],
    readouts: Sequence[str],
    attributes: Mapping[str, Attribute],
    evaluators: Mapping[str, Evaluator],
    place: str,
) -> None:
    """Evaluate one run; `place` says in the log which of how many it is."""
    stored = StoredFeatures(run.features)
    refuse_strange_head(stored.model, testsets, readouts, str(run.features))
    training = {each.name: _training(stored, each) for each in train_sets.values()}
    rows, reasons, measures, evidence = [], {}, [], {}
    for testset in testsets:
        features = stored.on(testset)
        learnt = training[train_sets[testset.name].name] if testset.name in train_sets else None
        asked = Asked(f"{run.features}, test set '{testset.name}'", testset, stored.model, features, learnt, run.seed)
        answered, missing = answer(asked, readouts)
        rows += answered.values()
        reasons |= {(testset.name, name): reason for name, reason in missing.items()}
        outcomes = {name: outcomes_of(frame) for name, frame in answered.items()}
        frequency = frequencies.on(testset.name)
        subject = Subject(testset, stored.model, features, outcomes, missing, frequency, attributes)
        kept = evidence_of(subject, evaluators)
        evidence[testset.name] = TestSetEvidence(testset.digest, testset.strata, kept)
        measures += measured(subject, kept, evaluators)
    write_predictions(run.predictions, pd.concat(rows) if rows else pd.DataFrame(columns=COLUMNS), reasons)
    write_evidence(run.evidence, evidence)
    frame = pd.DataFrame(measures, columns=list(MEASURE_COLUMNS)).astype(MEASURE_COLUMNS)
    with whole(run.measures) as temporary:
        frame.to_parquet(temporary, index=False)
    name = "/".join(run.measures.parts[-4:-1])
    accuracy = frame[(frame["measure"] == "accuracy") & (frame["readout"] == OWN) & frame["value"].notna()]
    found = ", ".join(f"{name} {value:.1%}" for name, value in accuracy[["testset", "value"]].values)
    log.info("%s (%s): accuracy %s", name, place, found or "undefined")


def answer(asked: Asked, readouts: Sequence[str]) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """What every readout answers, rows of COLUMNS by its name; and why the others do not apply."""
    answered, missing = {}, {}
    for name in readouts:
        try:
            if not asked.testset.classifies:
                raise NoReadoutError("a retrieval test set has no classes")
            answered[name] = pd.concat(list(_rows(asked, name)), ignore_index=True)
        except NoReadoutError as reason:
            missing[name] = str(reason)
    return answered, missing


def evidence_of(subject: Subject, evaluators: Mapping[str, Evaluator]) -> dict[EvidenceKey, Evidence]:
    """What every evaluator keeps of one run on one test set. Raises UserError if one keeps two under one key."""
    kept: dict[EvidenceKey, Evidence] = {}
    for name, evaluator in evaluators.items():
        for each in evaluator.evidence(subject):
            key = EvidenceKey(name, each.readout, each.attribute)
            if key in kept:
                raise UserError(f"evaluator {name}: yields evidence twice for the same readout and attribute")
            kept[key] = each
    return kept


def measured(
    subject: Subject, kept: Mapping[EvidenceKey, Evidence], evaluators: Mapping[str, Evaluator]
) -> Iterator[tuple]:
    """Yield rows of MEASURE_COLUMNS: what every evaluator says of one run on one test set, of its evidence first."""
    for name, evaluator in evaluators.items():
        own = {key: each for key, each in kept.items() if key.evaluator == name}
        for row in (*_of_evidence(own, evaluator), *evaluator.rows(subject)):
            yield subject.testset.name, row.readout, row.measure, row.attribute, row.concept, row.value, row.reason


def _of_evidence(kept: Mapping[EvidenceKey, Evidence], evaluator: Evaluator) -> Iterator[Row]:
    """The measures of evidence, or why there is none."""
    for key, evidence in kept.items():
        for measure in evaluator.measures:
            value, reason = None, evidence.reason
            if reason is None:
                try:
                    value = measure.function(evidence.quantities, None)[0]
                except UndefinedError as undefined:
                    reason = str(undefined)
            yield Row(measure.name, value, key.readout, reason=reason, attribute=key.attribute)


def _rows(asked: Asked, name: str) -> Iterator[pd.DataFrame]:
    testset = asked.testset
    classnames = np.array(testset.classnames, dtype=object)
    samples = testset.samples[["uid", "label"]].assign(testset=testset.name, readout=name)
    for draw, scores in enumerate(readout(name).scores(asked)):
        given = answers(scores, testset.labels)
        columns = {"draw": draw, "prediction": classnames[given.predictions], "rank": given.ranks}
        yield samples.assign(**columns)[COLUMNS]


def _training(stored: StoredFeatures, testset: TestSet) -> Training:
    return Training(testset.name, stored.on(testset).images, testset.samples["label"].to_numpy(dtype=str))
