"""Where the nodes and lines of a data flow are drawn, in SVG units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clipcause.report.flow import KINDS, Flow, Key
from clipcause.report.layers import Station, by_place, columns_of, middles_of, neighbours, ordered, way

LETTER, LINE = 6.7, 14.0  # width and height of a letter and a line, in SVG units
MARGIN, GAP, BETWEEN, HEAD = 8.0, 5.0, 42.0, 24.0
LEAST = 70.0  # width of a column, so that headings stand apart


@dataclass(frozen=True)
class Box:
    """A node as it is drawn: number in the drawing order, left upper corner and size."""

    number: int
    key: Key
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """An edge as it is drawn: the numbers of the boxes at its ends, and its SVG path."""

    start: int
    end: int
    path: str


@dataclass(frozen=True)
class Drawing:
    """A flow as it is drawn: its size, the headings of its columns with their places, boxes by column, lines."""

    width: float
    height: float
    headings: list[tuple[str, float]]
    boxes: list[Box]
    lines: list[Line]


def draw(flow: Flow) -> Drawing:
    """Lay a flow out in columns: each node right of all that it is made of, all runs and all studies in line.

    Lines that pass a column get a place of their own in it, so that none runs through a box; those of one node
    share it. The order in a column follows the mean place of the neighbours (Sugiyama et al. 1981).
    """
    columns = columns_of(flow)
    ways = {edge: way(edge, columns) for edge in sorted(flow.edges, key=by_place(flow))}
    stations = {station for each in ways.values() for station in each} | {(key, columns[key]) for key in flow.nodes}
    near = neighbours(ways.values())
    layers = ordered(flow, stations, near)
    heights = {each: _height(flow, each, columns) for layer in layers for each in layer}
    middles = middles_of(layers, heights, near, GAP)
    widths = [max(LEAST, *(_width(flow, each, columns) for each in layer)) for layer in layers]
    lefts = np.concatenate([[0.0], np.cumsum([width + BETWEEN for width in widths])])
    top = min(middles[each] - heights[each] / 2 for each in middles)
    boxes = {}
    for (key, column), middle in sorted(middles.items(), key=lambda item: (item[0][1], item[1])):
        if columns[key] == column:
            y = HEAD + middle - top - heights[key, column] / 2
            boxes[key] = Box(len(boxes), key, float(lefts[column]), round(y, 1), widths[column], heights[key, column])
    lines = [
        Line(boxes[start].number, boxes[end].number, _path(each, columns, middles, lefts, widths, HEAD - top))
        for (start, end), each in ways.items()
    ]
    bottom = max(box.y + box.height for box in boxes.values())
    return Drawing(
        round(float(lefts[-1] - BETWEEN), 1),
        round(bottom + 2, 1),
        _headings(flow, columns, lefts),
        list(boxes.values()),
        lines,
    )


def _height(flow: Flow, station: Station, columns: Mapping[Key, int]) -> float:
    key, column = station
    return LINE * len(flow.nodes[key].names) + 6 if columns[key] == column else 2.0


def _width(flow: Flow, station: Station, columns: Mapping[Key, int]) -> float:
    key, column = station
    if columns[key] != column:
        return 0.0
    return round(LETTER * max(map(len, flow.nodes[key].names)) + 2 * MARGIN, 1)


def _path(
    way: list[Station],
    columns: Mapping[Key, int],
    middles: Mapping[Station, float],
    lefts: Sequence[float],
    widths: Sequence[float],
    down: float,
) -> str:
    """A line through the stations of a way: curved between columns, straight across those that it passes."""
    path = ""
    for (one, column), (other, next_column) in pairwise(way):
        left, right = lefts[column] + widths[column], lefts[next_column]
        here, there = middles[one, column] + down, middles[other, next_column] + down
        if not path:
            path = f"M{left:.1f} {here:.1f}"
        bend = (right - left) / 2
        path += f"C{left + bend:.1f} {here:.1f} {right - bend:.1f} {there:.1f} {right:.1f} {there:.1f}"
        if columns[other] != next_column:
            path += f"H{right + widths[next_column]:.1f}"
    return path


def _headings(flow: Flow, columns: Mapping[Key, int], lefts: Sequence[float]) -> list[tuple[str, float]]:
    """A heading where a stage's columns begin; those that begin in the same column share one."""
    begins: dict[int, list[str]] = {}
    for kind, title in KINDS.items():
        of = [columns[key] for key in flow.nodes if key[0] == kind]
        if of:
            begins.setdefault(min(of), []).append(title)
    return [
        (" and ".join([titles[0], *(t.lower() for t in titles[1:])]), float(lefts[c])) for c, titles in begins.items()
    ]
