"""What an intervention leaves of the candidates: which samples, and what it changes of them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Selection:
    """SQL for the uids that stay, a column `uid` and one for each of `changes` (caption, label or weight).

    `notes` are what the data card says of the intervention besides, such as a shortfall.
    """

    query: str
    changes: tuple[str, ...] = ()
    notes: dict = field(default_factory=dict)
