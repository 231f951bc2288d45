"""Shapes become pixels: drawn on a canvas three times as large, then averaged down."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from clipcause.miniweb.parts import Part, Shape
from clipcause.miniweb.pose import half_width

SUPERSAMPLING = 3
INK = (30, 28, 35)


@dataclass(frozen=True)
class Layer:
    """Something painted, to be laid over a picture: colours (n, n, 3) or one colour (3,), cover (n, n, 1)."""

    colours: np.ndarray
    cover: np.ndarray

    def over(self, below: np.ndarray) -> np.ndarray:
        """The picture `below` (size, size, 3) with this layer on it."""
        return below + self.cover * (self.colours - below)


@dataclass(frozen=True)
class Thing:
    """A shape at its place: `pose` maps unit coordinates to the picture's, `wobble` (4,) in 0..1 bends it a little.

    `palette` gives the colour of each role.
    """

    shape: Shape
    pose: np.ndarray
    wobble: np.ndarray
    palette: dict[str, tuple]

    def paths(self, canvas: int) -> list[list[float]]:
        """Each part's points x, y, x, y, ... in pixels of a square canvas."""
        points, (phase, strength) = self.shape.points, self.wobble.reshape(2, 2)
        bent = points + 0.14 * strength * np.sin(2.5 * points[:, ::-1] + 2 * np.pi * phase)
        along, across, moved = self.pose.T
        mapped = bent[:, :1] * along + bent[:, 1:] * across + moved
        pixels = mapped[:, :2] / mapped[:, 2:] * canvas
        return [part.ravel().tolist() for part in np.split(pixels, self.shape.ends)]

    def unit(self, canvas: int) -> float:
        """Half the thing's mean width in pixels: strokes are as thick as the thing is large."""
        return half_width(self.pose) * canvas


def fill(things: list[Thing], size: int, outline: float = 0.0) -> Layer:
    """Paint things from back to front; `outline` is the width of a dark contour in picture widths."""
    canvas = size * SUPERSAMPLING
    picture, mask = Image.new("RGB", (canvas, canvas), things[0].palette["main"]), Image.new("L", (canvas, canvas))
    on_picture, on_mask = ImageDraw.Draw(picture), ImageDraw.Draw(mask)
    contour = round(outline * canvas)
    for thing in things:
        unit, parts = thing.unit(canvas), list(zip(thing.shape.parts, thing.paths(canvas), strict=True))
        for part, path in parts:
            _solid(on_mask, part, path, unit, 255, contour)
            if contour:
                _solid(on_picture, part, path, unit, INK, contour)
        for part, path in parts:
            _solid(on_picture, part, path, unit, thing.palette[part.role])
    return Layer(_down(picture), _down(mask)[..., None] / 255)


def ink(thing: Thing, size: int, width: float) -> Layer:
    """Draw the outline of every part, each hiding what is behind it; `width` is the pen's in picture widths."""
    canvas = size * SUPERSAMPLING
    mask = Image.new("L", (canvas, canvas))
    pen = ImageDraw.Draw(mask)
    line, unit = max(1, round(width * canvas)), thing.unit(canvas)
    for part, path in zip(thing.shape.parts, thing.paths(canvas), strict=True):
        if part.width:
            _solid(pen, part, path, unit, 255, line)
            _solid(pen, part, path, unit, 0, -line)
        else:
            pen.polygon(path, fill=0)
            pen.line(path + path[:4], 255, width=line, joint="curve")
    return Layer(np.array(INK, np.float32), _down(mask)[..., None] / 255)


def _solid(pen: ImageDraw.ImageDraw, part: Part, path: list[float], unit: float, value, margin: int = 0) -> None:
    """Draw one part filled, with `margin` canvas pixels more on its two sides together (strokes: or fewer)."""
    if part.width:
        width = round(part.width * unit) + margin
        if width > 0:
            pen.line(path, value, width=width, joint="curve")
        return
    pen.polygon(path, fill=value)
    if margin:
        pen.line(path + path[:4], value, width=margin, joint="curve")


def _down(image: Image.Image) -> np.ndarray:
    return np.asarray(image.reduce(SUPERSAMPLING), dtype=np.float32)
