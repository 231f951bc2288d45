"""The runs that a study compares, read from their predictions and checked to be comparable."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.evidence import TestSetEvidence, read_evidence
from clipcause.evaluation.frequencies import Frequencies, FrequencyFiles
from clipcause.evaluation.outcomes import Key, Outcomes, read_predictions


@dataclass(frozen=True)
class Run:
    """One training seed of one arm, with what it answers and the class frequencies it is set against.

    `outcomes` are per test set and readout; `reasons` say why a readout does not apply on a test set; `evidence` is
    what evaluators keep per test set. `family` is the objective of the arm's recipe; the variance between seeds is
    pooled within it.
    """

    arm: str
    seed: int
    family: str
    outcomes: dict[Key, Outcomes]
    reasons: dict[Key, str]
    frequencies: Frequencies
    evidence: dict[str, TestSetEvidence]

    def strata(self, testset: str) -> np.ndarray | None:
        """The classes of a test set's samples, within which they are resampled, [n]; None if nothing is known of it."""
        answered = next((each.labels for (name, _), each in self.outcomes.items() if name == testset), None)
        if answered is None and testset in self.evidence:
            return self.evidence[testset].strata
        return answered

    def class_frequency(self, testset: str, classes: Sequence[str]) -> np.ndarray:
        """The frequencies of a test set's classes, [C]."""
        return self.frequencies.of_classes(testset, classes)


def read_runs(
    arms: Sequence[str],
    seeds: Sequence[int],
    families: Sequence[str],
    predictions: Sequence[str | Path],
    evidence: Sequence[str | Path],
    frequencies: FrequencyFiles,
    testsets: Sequence[str],
    readouts: Sequence[str],
    attributes: Sequence[str] = (),
) -> list[Run]:
    """Read one run per entry of these parallel lists, with its predictions on `testsets` by `readouts`, and evidence.

    `frequencies` are, per seed, those that all arms are set against.

    Raises UserError if the lists differ in length, an arm has a seed twice or two families, a test set or readout is
    missing without a reason, or two runs were tested on different samples.
    """
    columns = (arms, seeds, families, predictions, evidence)
    if len({len(column) for column in columns}) != 1:
        *lengths, last = (str(len(column)) for column in columns)
        raise UserError(
            "arms, seeds, families, predictions and evidence: one entry per run each, but their lengths are "
            f"{', '.join(lengths)} and {last}"
        )
    known = {seed: frequencies.read(seed) for seed in set(seeds)}
    asked = list(product(testsets, readouts))
    runs = []
    for arm, seed, family, path, kept in zip(*columns, strict=True):
        read, own = read_predictions(path, asked), read_evidence(kept, testsets, readouts, attributes)
        runs.append(Run(arm, seed, family, read.outcomes, read.reasons, known[seed], own))
    _check_arms(runs)
    _check_samples(runs, predictions)
    _check_evidence(runs, evidence)
    return runs


def by_arm(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs of each arm, arms and runs in the order given."""
    arms: dict[str, list[Run]] = {}
    for run in runs:
        arms.setdefault(run.arm, []).append(run)
    return arms


def _check_arms(runs: Sequence[Run]) -> None:
    for arm, members in by_arm(runs).items():
        seeds = [run.seed for run in members]
        if len(set(seeds)) < len(seeds):
            raise UserError(f"arm '{arm}': a seed stands twice among {seeds}; give each run of an arm its own seed")
        if len({run.family for run in members}) > 1:
            raise UserError(f"arm '{arm}': its runs have more than one objective; make them arms of their own")


def _check_samples(runs: Sequence[Run], predictions: Sequence[str | Path]) -> None:
    first: dict[str, tuple[Outcomes, str | Path]] = {}
    for run, path in zip(runs, predictions, strict=True):
        for (testset, _), outcomes in run.outcomes.items():
            other, before = first.setdefault(testset, (outcomes, path))
            if not _same_samples(other, outcomes):
                raise UserError(f"{path}: test set '{testset}' has other samples than in {before}; evaluate both again")


def _check_evidence(runs: Sequence[Run], evidence: Sequence[str | Path]) -> None:
    first: dict[str, tuple[str, str | Path]] = {}
    for run, path in zip(runs, evidence, strict=True):
        for testset, each in run.evidence.items():
            digest, before = first.setdefault(testset, (each.digest, path))
            if each.digest != digest:
                raise UserError(f"{path}: test set '{testset}' has other samples than in {before}; evaluate both again")


def _same_samples(one: Outcomes, other: Outcomes) -> bool:
    return (
        one.classes == other.classes
        and np.array_equal(one.uids, other.uids)
        and np.array_equal(one.labels, other.labels)
    )
