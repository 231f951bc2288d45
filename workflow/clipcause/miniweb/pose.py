"""Where an object stands and how it is turned: a 3 x 3 projective map from unit coordinates to the picture's.

Sums of products are spelled out, here and where pictures are painted: a matrix product rounds by the processor's own
library, and a last bit can move a pixel.
"""

import math

import numpy as np


def upright(chance: np.random.Generator) -> np.ndarray:
    """Near the middle and within 15 degrees of upright, filling more than half of the picture's width."""
    size, stretch, turn, skew, x, y = chance.random(6)
    return placed(
        x=0.5 + 0.16 * (x - 0.5),
        y=0.5 + 0.16 * (y - 0.5),
        half=0.29 + 0.13 * size,
        stretch=0.85 + 0.3 * stretch,
        degrees=30 * (turn - 0.5),
        skew=0.2 * (skew - 0.5),
    )


def unusual(chance: np.random.Generator) -> np.ndarray:
    """Mirrored or not, leaning far to one side, foreshortened, at times partly out of the picture."""
    mirror, side, turn, tilt, size, x, y = chance.random(7)
    lean = placed(
        x=0.5 + 0.16 * (x - 0.5),
        y=0.5 + 0.16 * (y - 0.5),
        half=0.36 + 0.1 * size,
        stretch=1.0,
        degrees=(20 + 20 * turn) * (1 if side < 0.5 else -1),
        skew=0.0,
    )
    foreshortened = np.array([[1, 0, 0], [0, 0.85, 0], [0, 0.1 + 0.2 * tilt, 1.0]])
    return _product(_product(lean, foreshortened), np.diag([-1.0 if mirror < 0.5 else 1.0, 1, 1]))


def aside(chance: np.random.Generator) -> np.ndarray:
    """Small, towards the border: a thing that happens to be in the picture."""
    angle, size, turn = chance.random(3)
    x, y = 0.5 + 0.45 * math.cos(2 * math.pi * angle), 0.5 + 0.45 * math.sin(2 * math.pi * angle)
    return placed(x, y, half=0.15 + 0.09 * size, stretch=1.0, degrees=60 * (turn - 0.5), skew=0.0)


def placed(x: float, y: float, half: float, stretch: float, degrees: float, skew: float) -> np.ndarray:
    """The map that puts the unit square's middle at (x, y), `half` being half its width, in picture widths."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cos, -sin], [sin, cos]])
    linear = _product(turn, np.array([[half * stretch, half * skew], [0, half / stretch]]))
    return np.array([[*linear[0], x], [*linear[1], y], [0, 0, 1]])


def half_width(pose: np.ndarray) -> float:
    """Half the object's mean width, in picture widths."""
    return math.sqrt(abs(pose[0, 0] * pose[1, 1] - pose[0, 1] * pose[1, 0]))


def _product(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The matrix product of two maps."""
    return (one[:, :, None] * other[None]).sum(axis=1)
