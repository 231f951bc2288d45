"""The data card of a count: its totals, how even it is, and how well captions agree with labels."""

from pathlib import Path

import numpy as np

from clipcause.concepts.frequency import Frequency
from clipcause.concepts.zipf import fit_zipf
from clipcause.files.outputs import write_json

ENDS = 10  # concepts at each end of the ranking


def write_card(frequency: Frequency, path: str | Path) -> None:
    """Write what `describe` says as JSON."""
    write_json(path, describe(frequency))


def describe(frequency: Frequency) -> dict:
    """A summary of a count.

    `imbalance` is the most frequent concept over the rarest of those that occur, `zipf` the exponent of the
    ranking with its 95 % interval; `precision` and `recall` are over all concepts together, against the samples'
    own labels, if any of these is a concept. Each is null where it is not defined.
    """
    counts = frequency.captions
    occurring = counts[counts > 0]
    zipf = fit_zipf(counts)
    ranked = np.argsort(-counts, kind="stable")
    ends = {"most": ranked[:ENDS], "least": ranked[::-1][:ENDS]}
    return {
        **vars(frequency.counting),
        **vars(frequency.totals),
        "concepts": len(counts),
        "occurring": len(occurring),
        "imbalance": float(occurring.max() / occurring.min()) if len(occurring) else None,
        "zipf": None if zipf is None else {key: getattr(zipf, key) for key in ("exponent", "low", "high")},
        "precision": _overall(frequency.agreeing, counts, frequency.labels and frequency.labelled.any()),
        "recall": _overall(frequency.agreeing, frequency.labelled, frequency.labels),
        **{end: [_concept(frequency, place) for place in places] for end, places in ends.items()},
    }


def _concept(frequency: Frequency, place: int) -> dict:
    return {
        "concept": frequency.concepts[place],
        "name": frequency.names[place],
        "captions": int(frequency.captions[place]),
    }


def _overall(part: np.ndarray, of: np.ndarray, labels: bool) -> float | None:
    return float(part.sum() / of.sum()) if labels and of.sum() else None
