"""All candidates, or a random part of them: uniform, or stratified by a column."""

from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.interventions.quotas import apportion, within_quotas
from clipcause.subsets.selection import Selection


def everything(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep every candidate."""
    return Selection("SELECT uid FROM candidates")


def random(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep `samples` of the candidates, or the share `fraction` of them, uniformly and without replacement.

    The smaller of two sizes is contained in the larger of the same draw. Raises UserError if there are
    fewer candidates than asked for.
    """
    return Selection(
        f"SELECT uid FROM candidates ORDER BY {candidates.shuffled(draw)} LIMIT {wanted(candidates, settings)}"
    )


def stratified(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep `samples` or the share `fraction`, each value of the column `by` in its share of the candidates.

    Every value's count is within one of its exact share (largest remainders). Within a value samples are drawn
    uniformly, the smaller of two sizes contained in the larger. NULL is a value of its own.
    """
    by = candidates.column(settings["by"], "by")
    strata = candidates.database.execute(f"SELECT {by}, count(*) FROM candidates GROUP BY ALL ORDER BY ALL").fetchall()
    total = wanted(candidates, settings)
    counts = apportion([count / candidates.count for _, count in strata], total)
    return within_quotas(candidates, by, dict(zip((value for value, _ in strata), counts, strict=True)), draw)


def wanted(candidates: Candidates, settings: dict) -> int:
    """How many samples `samples` or `fraction` ask for. Raises UserError if there are fewer."""
    samples = settings["samples"]
    if samples is None:
        samples = round(settings["fraction"] * candidates.count)
    if samples > candidates.count:
        raise UserError(
            f"subset {candidates.subset}: samples is {samples:,}, the pool has {candidates.count:,} to choose from; "
            f"ask for that many or fewer"
        )
    return samples
