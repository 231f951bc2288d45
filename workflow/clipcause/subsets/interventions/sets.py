"""Unions, intersections and differences of subsets and pools, and mixtures of them in given shares."""

import math

from clipcause.database import rows_in
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import Selection


def union(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep what is in any of the sources, each sample once, as the first source that has it does."""
    return Selection("SELECT uid FROM candidates")


def intersection(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep what is in all of the sources, as the first has it."""
    return Selection(" INTERSECT ".join(_uids(candidates)))


def difference(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep what is in the first source and in none of the others."""
    return Selection(" EXCEPT ".join(_uids(candidates)))


def mixture(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep samples of the sources in the shares that `from` gives, `samples` in all.

    A sample that several sources have counts for the first. Without `samples` the subset is as large as it can be.
    Raises UserError, naming the source that runs out and the largest size that works, if it cannot be filled.
    """
    shares = settings["from"]
    total = sum(shares.values())
    sole = [f"({candidates.first_in(number)})" for number in range(len(shares))]
    room = [rows_in(candidates.database, rows) for rows in sole]
    parts = [share / total for share in shares.values()]
    largest = min(math.floor(there / part + 1e-9) for there, part in zip(room, parts, strict=True))
    samples = settings["samples"] or largest
    counts = [round(part * samples) for part in parts]
    counts[0] += samples - sum(counts)
    for source, count, there in zip(shares, counts, room, strict=True):
        if count > there:
            raise UserError(
                f"subset {candidates.subset}: {samples:,} samples need {count:,} of {source}, which has {there:,}; "
                f"ask for {largest:,} or fewer"
            )
    chosen = [
        f"(SELECT uid FROM {rows} ORDER BY {candidates.shuffled(draw)} LIMIT {count})"
        for rows, count in zip(sole, counts, strict=True)
    ]
    return Selection(" UNION ALL ".join(chosen), notes={"mixture": dict(zip(shares, counts, strict=True))})


def _uids(candidates: Candidates) -> list[str]:
    return [f"SELECT uid FROM source{number}" for number in range(len(candidates.sources))]
