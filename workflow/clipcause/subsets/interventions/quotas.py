"""So many samples of each class: whole numbers in given shares, and a random choice within each class."""

import math
from collections.abc import Mapping

import pyarrow as pa

from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import Selection


def within_quotas(
    candidates: Candidates, column: str, quotas: Mapping[object, int], draw: int, order: str | None = None
) -> Selection:
    """Keep at most quotas[c] of the candidates whose column (SQL) is c, drawn uniformly; none of other values.

    A smaller quota keeps a part of what a larger one keeps. With `order` (SQL) the first in that order are kept.
    """
    values = pa.array([None if value is None else str(value) for value in quotas], pa.string())
    candidates.database.register("quotas", pa.table({"value": values, "quota": pa.array(quotas.values(), pa.int64())}))
    return Selection(f"""
        SELECT uid FROM (
            SELECT uid, CAST({column} AS VARCHAR) AS value,
                row_number() OVER (PARTITION BY {column} ORDER BY {order or candidates.shuffled(draw)}) AS place
            FROM candidates
        ) AS ranked JOIN quotas ON ranked.value IS NOT DISTINCT FROM quotas.value WHERE place <= quota
    """)


def apportion(shares: list[float], total: int) -> list[int]:
    """Whole numbers that sum to `total`, each within one of its share of it (largest remainders, ties to the front)."""
    exact = [share * total for share in shares]
    counts = [math.floor(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (counts[index] - exact[index], index))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts
