"""Change how long the tail is: resample classes to a Zipf profile with a given imbalance factor."""

import math

import pyarrow as pa

from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates


def resample(candidates: Candidates, settings: dict, draw: int) -> str:
    """Keep n_k samples of the k-th most frequent of the vocabulary's concepts, n_k in proportion to k^-s.

    s = log(imbalance) / log(K), so that the first of the K concepts is `imbalance` times as frequent as
    the last; 1 balances them. Concepts are the candidates' labels and keep their order of frequency
    (ties by name); other labels are left out. Without `samples` the subset is as large as it can be.

    Raises UserError for a concept that no candidate has, and for a size that the pool cannot fill,
    naming the concept that runs out first and the largest size that works.
    """
    available = dict(candidates.database.execute("SELECT label, count(*) FROM candidates GROUP BY label").fetchall())
    concepts = [concept.name for concept in read_vocabulary(candidates.vocabulary)]
    missing = [concept for concept in concepts if concept not in available]
    if missing:
        raise UserError(f"subset {candidates.subset}: no candidate has the label {missing[0]!r} of its vocabulary")
    ranked = sorted(concepts, key=lambda concept: (-available[concept], concept))
    shares = zipf_shares(len(ranked), settings["imbalance"])
    room = [available[concept] for concept in ranked]
    largest, scarce = _largest(shares, room)
    wanted = settings["samples"] or largest
    counts = apportion(shares, wanted)
    if any(count > there for count, there in zip(counts, room, strict=True)):
        raise UserError(
            f"subset {candidates.subset}: {wanted:,} samples at imbalance {settings['imbalance']:g} need more of "
            f"{ranked[scarce]!r} than the {room[scarce]:,} there are; ask for {largest:,} or fewer, or a larger pool"
        )
    if 0 in counts:
        raise UserError(
            f"subset {candidates.subset}: at imbalance {settings['imbalance']:g}, {wanted:,} samples leave none for "
            f"{ranked[counts.index(0)]!r}; ask for more samples or less imbalance"
        )
    candidates.database.register("quota", pa.table({"label": ranked, "quota": counts}))
    return f"""
        SELECT uid FROM (
            SELECT uid, label, row_number() OVER (PARTITION BY label ORDER BY {candidates.shuffled(draw)}) AS place
            FROM candidates
        ) JOIN quota USING (label) WHERE place <= quota
    """


def zipf_shares(classes: int, imbalance: float) -> list[float]:
    """Shares of `classes` ranks, summing to 1, that fall as k^-s from the first to 1/`imbalance` of it at the last."""
    exponent = math.log(imbalance) / math.log(classes) if classes > 1 else 0.0
    weights = [rank**-exponent for rank in range(1, classes + 1)]
    return [weight / sum(weights) for weight in weights]


def apportion(shares: list[float], total: int) -> list[int]:
    """Whole numbers that sum to `total`, each within one of its share of it (largest remainders, ties to the front)."""
    exact = [share * total for share in shares]
    counts = [math.floor(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (counts[index] - exact[index], index))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts


def _largest(shares: list[float], room: list[int]) -> tuple[int, int]:
    """The largest total whose exact shares every class has room for, and the class that runs out first."""
    scarce = min(range(len(room)), key=lambda index: room[index] / shares[index])
    total = math.floor(room[scarce] / shares[scarce] + 1e-9)
    while any(count > there for count, there in zip(apportion(shares, total), room, strict=True)):
        total -= 1
    return total, scarce
