"""Numbers as people read them: a measure's own unit, true minus signs, few digits."""

from collections.abc import Mapping
from dataclasses import dataclass

from clipcause.studies.measures import described, is_in_points, is_share

MINUS = "\N{MINUS SIGN}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class Unit:
    """How values of a measure are written: multiplied by `factor`, with `digits` decimals, then `suffix`."""

    factor: float
    digits: int
    suffix: str

    def number(self, value: float) -> str:
        """`value` without its unit: 0.7312 as a share is `73.1`; never a negative zero."""
        text = f"{value * self.factor:,.{self.digits}f}"
        if not text.strip("-0.,"):
            text = text.removeprefix("-")
        return text.replace("-", MINUS)

    def quantity(self, value: float) -> str:
        """`value` with its unit: `73.1 %`, `2.4 points`, `0.85`."""
        return self.number(value) + self.suffix

    def interval(self, low: float, high: float) -> str:
        """Both ends, with the unit once: `0.41 to 0.52`."""
        return f"{self.number(low)} to {self.quantity(high)}"


PLAIN = Unit(1, 2, "")
PERCENT = Unit(100, 1, f"{NARROW_SPACE}%")
POINTS = Unit(100, 1, " points")
ITS_OWN_POINTS = Unit(1, 1, " points")


def unit_of(measure: str, difference: bool = False) -> Unit:
    """The unit of a measure: a share (range 0 to 1) is told in per cent, a difference of shares in points.

    A measure that is such a difference itself (range -100 to 100) is in points already.
    """
    about = described(measure)
    if is_in_points(about):
        return ITS_OWN_POINTS
    if not is_share(about):
        return PLAIN
    return POINTS if difference else PERCENT


def unit_of_claim(claim: Mapping) -> Unit:
    """The unit of a claim's estimate: of its measure, a difference if the weights of its contrast add up to 0.

    The difference of two relative cuts, which are shares, is in points.
    """
    if claim["cut"] is not None:
        return POINTS
    return unit_of(claim["measure"], abs(sum(claim["contrast"].values())) < 1e-9)


def count(value: int) -> str:
    """A whole number with its thousands apart: `48,000`."""
    return f"{int(value):,}"


def duration(seconds: float) -> str:
    """A time span as people read it, to two units: `4.2 s`, `3 min 6 s`, `2 h 5 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def noted(notes: Mapping, before: str = "") -> dict[str, str]:
    """Notes of a data card as words and values, one level deep: `bias before, association, max` is `0.32`."""
    flat: dict[str, str] = {}
    for key, value in notes.items():
        name = f"{before}{str(key).replace('_', ' ')}"
        if isinstance(value, Mapping):
            flat |= noted(value, f"{name}, ")
        elif isinstance(value, list):
            flat[name] = ", ".join(map(str, value)) or "none"
        else:
            flat[name] = (
                f"{value:.3g}" if isinstance(value, float) else count(value) if isinstance(value, int) else value
            )
    return flat


def span(values: list[float], digits: int) -> str:
    """The least and the largest of `values`, or one number where they read the same: `38.2 to 41.0`."""
    low, high = (f"{end:,.{digits}f}" for end in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"
