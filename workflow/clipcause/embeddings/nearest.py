"""Largest similarities between many vectors and some points, in pieces that fit into memory."""

from collections.abc import Iterable
from typing import NamedTuple

import torch

CHUNK = 1024  # rows and points whose similarities are held at once


class Nearest(NamedTuple):
    """For each vector the largest of its similarities to points, less each point's threshold, and that point."""

    excess: torch.Tensor
    point: torch.Tensor


def nearest_points(vectors: torch.Tensor, points: torch.Tensor, thresholds: torch.Tensor | None = None) -> Nearest:
    """For each vector x the largest sim(x, t) - threshold(t) over the points t, and the first t that has it.

    vectors [n, d] and points [t, d], unit, fp32; thresholds [t], 0 if not given. Returns [n] and [n] int64.
    """
    largest = torch.full((len(vectors),), -torch.inf)
    point = torch.zeros(len(vectors), dtype=torch.int64)
    for start in range(0, len(points), CHUNK):
        columns = points[start : start + CHUNK].T
        for first in range(0, len(vectors), CHUNK):
            rows = slice(first, first + CHUNK)
            similarities = vectors[rows] @ columns
            if thresholds is not None:
                similarities -= thresholds[start : start + CHUNK]
            best, at = similarities.max(dim=1)
            better = best > largest[rows]
            largest[rows] = torch.where(better, best, largest[rows])
            point[rows] = torch.where(better, at + start, point[rows])
    return Nearest(largest, point)


def nearest_earlier(vectors: torch.Tensor) -> Nearest:
    """For each vector [n, d] the most similar of those before it, and its place; -inf and 0 for the first."""
    largest = torch.full((len(vectors),), -torch.inf)
    point = torch.zeros(len(vectors), dtype=torch.int64)
    for first in range(0, len(vectors), CHUNK):
        rows = vectors[first : first + CHUNK]
        earlier = nearest_points(rows, vectors[:first])
        own = (rows @ rows.T).masked_fill_(torch.ones(len(rows), len(rows), dtype=torch.bool).triu(), -torch.inf)
        best, at = own.max(dim=1)
        nearer = best > earlier.excess
        largest[first : first + CHUNK] = torch.where(nearer, best, earlier.excess)
        point[first : first + CHUNK] = torch.where(nearer, at + first, earlier.point)
    return Nearest(largest, point)


def largest_similarity(points: torch.Tensor, blocks: Iterable[torch.Tensor]) -> torch.Tensor:
    """For each point [t, d] the largest similarity to any vector of any block [n, d]; -inf if there is none. [t]"""
    largest = torch.full((len(points),), -torch.inf)
    for vectors in blocks:
        for start in range(0, len(points), CHUNK):
            part = slice(start, start + CHUNK)
            for first in range(0, len(vectors), CHUNK):
                similarities = points[part] @ vectors[first : first + CHUNK].T
                largest[part] = torch.maximum(largest[part], similarities.amax(dim=1))
    return largest
