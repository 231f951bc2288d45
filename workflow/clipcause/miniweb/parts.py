"""The primitives that shapes are made of: polygons and strokes in unit coordinates.

Coordinates are x to the right and y down, with the object filling [-1, 1] x [-1, 1]. A part's role says
which colour it takes: `main` (the colour that captions name), `second`, `dark` or `light`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Part:
    """One polygon (`width` 0) or one stroke of that width along `points`, an array (n, 2)."""

    role: str
    points: np.ndarray
    width: float = 0.0


@dataclass(frozen=True)
class Shape:
    """An object: its parts from back to front and the colours that its `main` part has in nature."""

    parts: tuple[Part, ...]
    natural: tuple[str, ...]

    @cached_property
    def points(self) -> np.ndarray:
        """The points of all parts, one after the other: (n, 2)."""
        return np.concatenate([part.points for part in self.parts])

    @cached_property
    def ends(self) -> np.ndarray:
        """Where each part's points end within `points`, without the last: what numpy.split wants."""
        return np.cumsum([len(part.points) for part in self.parts])[:-1]


def shape(natural: str, *parts: Part) -> Shape:
    """A shape of `parts`, back to front; `natural` names its colours, separated by spaces."""
    return Shape(parts, tuple(natural.split()))


def polygon(role: str, *coordinates: float) -> Part:
    """A filled polygon through x, y, x, y, ..."""
    return Part(role, np.array(coordinates, float).reshape(-1, 2))


def stroke(role: str, width: float, *coordinates: float) -> Part:
    """A line of `width` through x, y, x, y, ..."""
    return Part(role, np.array(coordinates, float).reshape(-1, 2), width)


def disc(role: str, x: float, y: float, rx: float, ry: float | None = None) -> Part:
    """A filled ellipse around (x, y)."""
    return Part(role, _ellipse(x, y, rx, rx if ry is None else ry, 0, 360)[:-1])


def ring(role: str, width: float, x: float, y: float, radius: float) -> Part:
    """The outline of a circle around (x, y)."""
    return Part(role, _ellipse(x, y, radius, radius, 0, 360), width)


def arc(role: str, width: float, x: float, y: float, rx: float, ry: float, start: float, end: float) -> Part:
    """A piece of an ellipse's outline; degrees run clockwise from the right."""
    return Part(role, _ellipse(x, y, rx, ry, start, end), width)


def segment(role: str, x: float, y: float, rx: float, ry: float, start: float, end: float) -> Part:
    """The filled area between an arc and its chord; degrees run clockwise from the right."""
    return Part(role, _ellipse(x, y, rx, ry, start, end))


def _ellipse(x: float, y: float, rx: float, ry: float, start: float, end: float) -> np.ndarray:
    angles = np.radians(np.linspace(start, end, max(5, round(abs(end - start) / 22))))
    return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], axis=1)
