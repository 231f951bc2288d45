"""Panels that follow one another in a figure, in as many rows as they take."""

from collections.abc import Iterator
from contextlib import contextmanager

from clipcause.figures.style import PAGE, canvas


@contextmanager
def panels(count: int, *, most: int, above: float, height: float, **options: object) -> Iterator[tuple]:
    """Yield (figure, grid, panels): `count` of the grid's axes, at most `most` in a row, the others hidden.

    A row is `height` inches high, what stands around the rows `above`; `options` are those of matplotlib's subplots.
    The lowest panel of every column has tick labels, though it may share its axis with others.
    """
    columns = min(count, most)
    rows = -(-count // columns)
    with canvas(PAGE, above + height * rows, rows, columns, squeeze=False, **options) as (drawn, grid):
        for axes in grid.flat[count:]:
            axes.set_visible(False)
        for axes in grid.flat[max(0, count - columns) : count]:
            axes.tick_params(labelbottom=True)
        yield drawn, grid, list(grid.flat[:count])
