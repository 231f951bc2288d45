"""What a table is: what each row is, and SQL type and meaning of each column."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table: what one row is, and SQL type and meaning of each column."""

    comment: str
    columns: dict[str, tuple[str, str]]
