"""How benchmarks tell what they find: lines on the way, a table at the end."""

import sys
from typing import NamedTuple


class Row(NamedTuple):
    """A line of the table, of `ours : theirs`; `met` is None where there is no target."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None


def print_table(rows: list[Row]) -> None:
    """Print the rows in columns."""
    lines = [("what", "ours", "theirs", "ratio", "target", "met")]
    lines += [(*row[:-1], "" if row.met is None else "yes" if row.met else "NO") for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for what, *cells in lines:
        print(
            what.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)), sep="  "
        )


def per_second(rate: float) -> str:
    """`1,234/s`."""
    return f"{rate:,.0f}/s"


def say(text: str) -> None:
    """Print a line to standard error, at once."""
    print(text, file=sys.stderr, flush=True)
