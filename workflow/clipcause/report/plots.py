"""Geometry of the small plots within tables and cards: numbers for SVG, no drawing library."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clipcause.studies.claims import ABOUT_ZERO, least

PADDING = 0.06


@dataclass(frozen=True)
class Axis:
    """A horizontal axis from `low` to `high` over `width` SVG units."""

    low: float
    high: float
    width: float

    def at(self, value: float) -> float:
        """Where `value` lies, in SVG units from the left."""
        return round((value - self.low) / (self.high - self.low) * self.width, 2)


def claims_axis(claims: Sequence[dict], width: float) -> Axis:
    """One axis for several claims: it holds zero, every interval and every margin, and a little room at both ends."""
    ends = [0.0]
    for claim in claims:
        ends += margins(claim)
        ends += (claim["low"], claim["high"]) if claim["estimate"] is not None else ()
    room = PADDING * (max(ends) - min(ends) or 1.0)
    return Axis(min(ends) - room, max(ends) + room, width)


def cosines_axis(details: Sequence[dict], width: float) -> Axis:
    """One axis for the nearest-neighbour similarities of several subsets, from a tenth below the least of them to 1."""
    told = [each["likeness"]["testsets"] for each in details if each["likeness"]]
    least = min((of["nearest"]["0.05"] for testsets in told for of in testsets.values()), default=0.0)
    return Axis(math.floor(10 * least) / 10, 1.0, width)


def supported_zone(claim: dict, axis: Axis) -> tuple[float, float]:
    """Left end and width of the zone in which a claim's whole interval must lie to support it."""
    ends = [axis.at(end) for end in margins(claim)]
    left, right = ends if len(ends) == 2 else (*ends, axis.width)
    return left, round(right - left, 2)


def margins(claim: dict) -> list[float]:
    """The values between which, or above which, a claim's whole interval must lie to support it."""
    return [least(claim["expect"], claim["margin"]), *([claim["margin"]] if claim["expect"] == ABOUT_ZERO else [])]


def bars(counts: Sequence[int], tallest: int, width: float, height: float) -> str:
    """An SVG path of one bar per count, `tallest` filling `height`; gaps between bars where there is room for them."""
    step = width / max(len(counts), 1)
    gap = min(1.0, step / 4) if step >= 2 else 0.0
    return "".join(
        f"M{number * step:.2f} {height:g}v{-height * value / tallest:.2f}h{step - gap:.2f}V{height:g}z"
        for number, value in enumerate(counts)
    )
