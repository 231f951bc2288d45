"""Rows of a figure, from top to bottom: their names, the lines between them, and estimates by arm."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from clipcause.figures.style import HAIRLINE, Look, interval


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows at heights 0, 1, ... and make room for all of them, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.45, -0.55)


def part_rows(axes: Axes, count: int) -> None:
    """Draw hairlines between this many rows, which stand in for ticks."""
    for place in range(1, count):
        axes.axhline(place - 0.5, color=HAIRLINE, linewidth=0.6, zorder=0)
    axes.tick_params(axis="y", length=0)


def estimates_by_arm(
    axes: Axes, points: pd.DataFrame, arms: Sequence[str], looks: Mapping[str, Look], below: float = 0.0
) -> None:
    """Draw estimates (columns arm, seed, value, low, high) in the rows of their arms, `below` the middle of the row.

    Means over seeds, whose seed is missing, are marks with intervals; single seeds are dots beneath them.
    """
    for row in points.itertuples():
        place, look = arms.index(row.arm) + below, looks[row.arm]
        if pd.isna(row.seed):
            interval(axes, place, row.value, row.low, row.high, look)
        else:
            axes.plot(row.value, place + 0.25, ".", color=look.colour, markersize=3.5, alpha=0.7)
