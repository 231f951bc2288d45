"""Evidence: per-sample arrays of one run on one test set that measures are functions of, under any weighting.

What predictions are to the measures of classification, evidence is to those of the other evaluators: studies read it,
without the model or its features, and give each measure an interval. One safetensors file per run:

{testset}/strata                                            int64 [n]   the class of every sample, 0 in retrieval sets
{testset}/{readout}/{evaluator}/{attribute}/{quantity}      an array, mostly [n] or [n, L] in the test set's order
metadata "about"                                            JSON: digests of test sets; where there is none, why

An empty {readout} or {attribute} is none.
"""

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from clipcause.errors import UserError
from clipcause.evaluation.measures import Described
from clipcause.files.tensors import whole_tensors

Quantities = Mapping[str, np.ndarray]


class EvidenceKey(NamedTuple):
    """Whose evidence it is, of answers by which readout, about which attribute; None where it hangs on none."""

    evaluator: str
    readout: str | None = None
    attribute: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What an evaluator keeps of one run on one test set: named arrays, or the reason why there is nothing to keep.

    Arrays are [n] or [n, L] in the test set's order, or whatever else the evaluator's measures read.
    """

    quantities: dict[str, np.ndarray] = field(default_factory=dict)
    readout: str | None = None
    attribute: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class TestSetEvidence:
    """All evidence of one run on one test set: its digest, the strata of its n samples [n], and by key what is kept."""

    __test__ = False  # its name begins with Test; pytest must not collect it

    digest: str
    strata: np.ndarray
    kept: dict[EvidenceKey, Evidence]


@dataclass(frozen=True)
class EvidenceMeasure(Described):
    """A measure of evidence, one value under each weighting.

    function   (quantities, weights [R, n]) -> [R]; without weights every sample counts once and R = 1. It raises
               UndefinedError with the reason where no weighting gives it a value; a single weighting without is NaN
    varies     (value, quantities) -> how much it varies between seeds near `value`, up to a factor; None: `spread`
    resampled  whether its interval covers the test samples; if not it covers the training seeds alone
    """

    function: Callable[[Quantities, np.ndarray | None], np.ndarray]
    varies: Callable[[np.ndarray, Quantities], np.ndarray] | None = None
    resampled: bool = True
    per_class = False

    def spread_by(self, value: np.ndarray, quantities: Quantities) -> np.ndarray:
        """The spread near `value` of runs with such evidence."""
        return self.spread(value) if self.varies is None else self.varies(value, quantities)


def write_evidence(path: str | Path, testsets: Mapping[str, TestSetEvidence]) -> None:
    """Write a run's evidence on test sets by name, whole or not at all; the same evidence, the same bytes."""
    tensors: dict[str, np.ndarray] = {}
    reasons = []
    for name, each in testsets.items():
        tensors[f"{name}/strata"] = each.strata
        for key, evidence in each.kept.items():
            if evidence.reason is not None:
                reasons.append([name, *key, evidence.reason])
            for quantity, array in evidence.quantities.items():
                tensors["/".join((name, key.readout or "", key.evaluator, key.attribute or "", quantity))] = array
    about = {"testsets": {name: each.digest for name, each in testsets.items()}, "reasons": reasons}
    with whole_tensors(path) as temporary:
        save_file(
            {name: np.ascontiguousarray(each) if each.ndim else each for name, each in tensors.items()},
            temporary,
            {"about": json.dumps(about)},
        )


def read_evidence(
    path: str | Path, testsets: Container[str], readouts: Sequence[str], attributes: Sequence[str]
) -> dict[str, TestSetEvidence]:
    """Read a run's evidence on some test sets: what hangs on no readout and no attribute, or on some of these.

    It stands in the order of `readouts`, then `attributes`, what hangs on none first.

    Raises UserError if there is no such file or it holds no evidence.
    """
    try:
        with safe_open(path, "numpy") as file:
            about = json.loads(file.metadata()["about"])
            names = list(file.keys())
            read = {
                name: TestSetEvidence(digest, file.get_tensor(f"{name}/strata"), {})
                for name, digest in about["testsets"].items()
                if name in testsets
            }
            for name in names:
                testset, *rest = name.split("/")
                if testset in read and len(rest) == 4:
                    key, quantity = EvidenceKey(rest[1], rest[0] or None, rest[2] or None), rest[3]
                    if _wanted(key, readouts, attributes):
                        none = Evidence({}, key.readout, key.attribute)
                        read[testset].kept.setdefault(key, none).quantities[quantity] = file.get_tensor(name)
    except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
        raise UserError(f"{path}: holds no evidence of a run ({error}); evaluate the run again") from error
    for testset, evaluator, readout, attribute, reason in about["reasons"]:
        key = EvidenceKey(evaluator, readout, attribute)
        if testset in read and _wanted(key, readouts, attributes):
            read[testset].kept[key] = Evidence({}, readout, attribute, reason)
    return {testset: replace(each, kept=_ordered(each.kept, readouts, attributes)) for testset, each in read.items()}


def _wanted(key: EvidenceKey, readouts: Sequence[str], attributes: Sequence[str]) -> bool:
    return key.readout in (None, *readouts) and key.attribute in (None, *attributes)


def _ordered(
    kept: Mapping[EvidenceKey, Evidence], readouts: Sequence[str], attributes: Sequence[str]
) -> dict[EvidenceKey, Evidence]:
    def place(key: EvidenceKey) -> tuple:
        return (None, *readouts).index(key.readout), (None, *attributes).index(key.attribute), key.evaluator

    return {key: kept[key] for key in sorted(kept, key=place)}
