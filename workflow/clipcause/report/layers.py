"""The order of a data flow's nodes and lines: columns from left to right, few crossings, straight lines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import isotonic_regression

from clipcause.report.flow import Flow, Key

ROUNDS = 12

Station = tuple[Key, int]  # a node, or a line of it, in a column


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


def by_place(flow: Flow) -> Callable[[tuple[Key, Key]], tuple[int, int]]:
    """What to sort edges by: the places of their ends among the nodes."""
    number = {key: place for place, key in enumerate(flow.nodes)}
    return lambda edge: (number[edge[0]], number[edge[1]])


def way(edge: tuple[Key, Key], columns: Mapping[Key, int]) -> list[Station]:
    """The stations of an edge: its start in every column up to that of its end, and the end."""
    start, end = edge
    return [(start, column) for column in range(columns[start], columns[end])] + [(end, columns[end])]


def neighbours(ways: Iterable[list[Station]]) -> dict[Station, list[Station]]:
    """The stations before and after each, in the order in which they come."""
    near: dict[Station, dict[Station, None]] = {}
    for way in ways:
        for one, other in pairwise(way):
            near.setdefault(one, {})[other] = None
            near.setdefault(other, {})[one] = None
    return {station: list(others) for station, others in near.items()}


def ordered(flow: Flow, stations: Iterable[Station], near: Mapping[Station, list[Station]]) -> list[list[Station]]:
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


def middles_of(
    layers: list[list[Station]], heights: Mapping[Station, float], near: Mapping[Station, list[Station]], gap: float
) -> dict[Station, float]:
    """The height of each station's middle: near the mean of its neighbours, in order and apart from each other."""
    middles = {}
    for layer in layers:
        offsets = _offsets(layer, heights, gap)
        middles |= dict(zip(layer, offsets - offsets.mean(), strict=True))
    for turn in range(ROUNDS):
        for layer in layers if turn % 2 == 0 else layers[::-1]:
            offsets = _offsets(layer, heights, gap)
            wished = [
                np.mean([middles[other] for other in near[each]]) if each in near else middles[each] for each in layer
            ]
            placed = isotonic_regression(np.array(wished) - offsets).x + offsets
            middles |= dict(zip(layer, placed.tolist(), strict=True))
    return middles


def _offsets(layer: Sequence[Station], heights: Mapping[Station, float], gap: float) -> np.ndarray:
    """The middles of stations that are stacked as closely as they may be."""
    sizes = np.array([heights[each] + gap for each in layer])
    return np.cumsum(sizes) - sizes / 2
