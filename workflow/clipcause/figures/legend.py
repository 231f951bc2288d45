"""Legends above a figure: in as many columns as fit its width, and how much height they take."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clipcause.figures.style import PAGE, Look, literal

CHARACTER, HANDLE, LINE = 0.058, 0.5, 0.155  # inches: a letter's width, a mark with the room about it, a line's height


def draw_legend(figure: Figure, axes: Axes, entries: Mapping[str, Look], line: str = "-") -> None:
    """Draw the marks of `entries` by their labels above all panels; `line` is matplotlib's, empty for marks alone."""
    handles = [
        axes.plot([], [], look.marker + line, color=look.colour, label=literal(label))[0]
        for label, look in entries.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=legend_columns(list(entries)))


def legend_columns(labels: Sequence[str], width: float = PAGE) -> int:
    """How many columns of these labels fit so many inches; one at least."""
    return max(1, min(len(labels), int(width / (HANDLE + CHARACTER * max(map(len, labels))))))


def legend_height(labels: Sequence[str], width: float = PAGE) -> float:
    """The height of a legend of these labels, in inches."""
    return LINE * -(-len(labels) // legend_columns(labels, width))
