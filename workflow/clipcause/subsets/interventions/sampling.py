"""All candidates, or a uniform random part of them."""

from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates


def everything(candidates: Candidates, settings: dict, draw: int) -> str:
    """Keep every candidate."""
    return "SELECT uid FROM candidates"


def random(candidates: Candidates, settings: dict, draw: int) -> str:
    """Keep `samples` of the candidates, or the share `fraction` of them, uniformly and without replacement.

    The smaller of two sizes is contained in the larger of the same draw. Raises UserError if there are
    fewer candidates than asked for.
    """
    wanted = settings["samples"]
    if wanted is None:
        wanted = round(settings["fraction"] * candidates.count)
    if wanted > candidates.count:
        raise UserError(
            f"subset {candidates.subset}: samples is {wanted:,}, the pool has {candidates.count:,} to choose from; "
            f"ask for that many or fewer"
        )
    return f"SELECT uid FROM candidates ORDER BY {candidates.shuffled(draw)} LIMIT {wanted}"
