"""What an intervention leaves of the candidates: which samples, and what it changes of them."""

from dataclasses import dataclass, field

CHANGEABLE = {"caption": "VARCHAR", "label": "VARCHAR", "weight": "FLOAT"}
"""What an intervention may change of a sample, and its SQL type."""


@dataclass(frozen=True)
class Selection:
    """SQL for the uids that stay, a column `uid` and one for each of `changes` (caption, label or weight).

    `notes` are what the data card says of the intervention besides, such as a shortfall. With `copies` a sample may
    stay several times, as `uid#1`, `uid#2`: the query then has the column `source_uid` too, the candidate it is made
    of. `removed` is SQL for the record of what went and why, where the method keeps one: uid and columns of its own.
    """

    query: str
    changes: tuple[str, ...] = ()
    notes: dict = field(default_factory=dict)
    copies: bool = False
    removed: str | None = None
