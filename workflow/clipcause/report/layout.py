"""Where the nodes and lines of a data flow are drawn: columns from left to right, few crossings, straight lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import isotonic_regression

from clipcause.report.flow import KINDS, Flow, Key

LETTER, LINE = 6.7, 15.0  # width and height of a letter and a line, in SVG units
MARGIN, GAP, BETWEEN, HEAD = 8.0, 7.0, 64.0, 26.0
ROUNDS = 12


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
    ways = {edge: _way(edge, columns) for edge in sorted(flow.edges, key=_order(flow))}
    stations = {station for way in ways.values() for station in way} | {(key, columns[key]) for key in flow.nodes}
    near = _neighbours(ways.values())
    layers = _ordered(flow, stations, near)
    heights = {each: _height(flow, each, columns) for layer in layers for each in layer}
    middles = _middles(layers, heights, near)
    widths = [max(_width(flow, each, columns) for each in layer) for layer in layers]
    lefts = np.concatenate([[0.0], np.cumsum([width + BETWEEN for width in widths])])
    top = min(middles[each] - heights[each] / 2 for each in middles)
    boxes = {}
    for (key, column), middle in sorted(middles.items(), key=lambda item: (item[0][1], item[1])):
        if columns[key] == column:
            y = HEAD + middle - top - heights[key, column] / 2
            boxes[key] = Box(len(boxes), key, float(lefts[column]), round(y, 1), widths[column], heights[key, column])
    lines = [
        Line(boxes[start].number, boxes[end].number, _path(way, columns, middles, lefts, widths, HEAD - top))
        for (start, end), way in ways.items()
    ]
    bottom = max(box.y + box.height for box in boxes.values())
    return Drawing(
        round(float(lefts[-1] - BETWEEN), 1),
        round(bottom + 2, 1),
        _headings(flow, columns, lefts),
        list(boxes.values()),
        lines,
    )


def columns_of(flow: Flow) -> dict[Key, int]:
    """The column of each node, from 0: the longest way to it; runs begin after all subsets, studies after all runs."""
    columns: dict[Key, int] = {}

    def place(key: Key, least: int) -> int:
        if key not in columns:
            columns[key] = max([least, *(place(each, least) + 1 for each in flow.into(key))])
        return columns[key]

    for kinds in (("pool", "testset", "model", "subset"), ("run",), ("study",)):
        least = max(columns.values(), default=-1) + 1
        for key in flow.nodes:
            if key[0] in kinds:
                place(key, least)
    return columns


def _order(flow: Flow):
    number = {key: place for place, key in enumerate(flow.nodes)}
    return lambda edge: (number[edge[0]], number[edge[1]])


def _way(edge: tuple[Key, Key], columns: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """The stations of an edge: its start in every column up to that of its end, and the end."""
    start, end = edge
    return [(start, column) for column in range(columns[start], columns[end])] + [(end, columns[end])]


def _neighbours(ways) -> dict[tuple[Key, int], set[tuple[Key, int]]]:
    near: dict[tuple[Key, int], set[tuple[Key, int]]] = {}
    for way in ways:
        for one, other in pairwise(way):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
    return near


def _ordered(flow: Flow, stations, near) -> list[list[tuple[Key, int]]]:
    """The stations of each column from top to bottom, by the mean place of their neighbours on either side in turn."""
    number = {key: place for place, key in enumerate(flow.nodes)}
    count = max(column for _, column in stations) + 1
    layers = [sorted((s for s in stations if s[1] == column), key=lambda s: number[s[0]]) for column in range(count)]
    for turn in range(ROUNDS):
        rightwards = turn % 2 == 0
        for column in range(1, count) if rightwards else range(count - 2, -1, -1):
            beside = layers[column - 1 if rightwards else column + 1]
            place = {each: (at + 0.5) / len(beside) for at, each in enumerate(beside)}
            now = {each: (at + 0.5) / len(layers[column]) for at, each in enumerate(layers[column])}

            def mean(each, place=place, now=now):
                places = [place[other] for other in near.get(each, ()) if other in place]
                return sum(places) / len(places) if places else now[each]

            layers[column].sort(key=mean)
    return layers


def _middles(layers, heights, near) -> dict[tuple[Key, int], float]:
    """The height of each station's middle: near the mean of its neighbours, in order and apart from each other."""
    middles = {}
    for layer in layers:
        offsets = _offsets(layer, heights)
        middles |= dict(zip(layer, offsets - offsets.mean(), strict=True))
    for turn in range(ROUNDS):
        for layer in layers if turn % 2 == 0 else layers[::-1]:
            offsets = _offsets(layer, heights)
            wished = [
                np.mean([middles[other] for other in near[each]]) if each in near else middles[each] for each in layer
            ]
            placed = isotonic_regression(np.array(wished) - offsets).x + offsets
            middles |= dict(zip(layer, placed.tolist(), strict=True))
    return middles


def _offsets(layer, heights) -> np.ndarray:
    """The middles of stations that are stacked as closely as they may be."""
    sizes = np.array([heights[each] + GAP for each in layer])
    return np.cumsum(sizes) - sizes / 2


def _height(flow: Flow, station, columns) -> float:
    key, column = station
    return LINE * len(flow.nodes[key].names) + 6 if columns[key] == column else 2.0


def _width(flow: Flow, station, columns) -> float:
    key, column = station
    if columns[key] != column:
        return 0.0
    return round(LETTER * max(map(len, flow.nodes[key].names)) + 2 * MARGIN, 1)


def _path(way, columns, middles, lefts, widths, down) -> str:
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


def _headings(flow: Flow, columns, lefts) -> list[tuple[str, float]]:
    """A heading where a stage's columns begin; those that begin in the same column share one."""
    begins: dict[int, list[str]] = {}
    for kind, title in KINDS.items():
        of = [columns[key] for key in flow.nodes if key[0] == kind]
        if of:
            begins.setdefault(min(of), []).append(title)
    return [
        (" and ".join([titles[0], *(t.lower() for t in titles[1:])]), float(lefts[c])) for c, titles in begins.items()
    ]
