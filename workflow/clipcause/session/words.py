"""Durations, numbers and lists as one says them."""

from collections.abc import Iterable


def duration(seconds: float) -> str:
    """`40 s`, `6 min`, `1 h 10 min`: as precise as an estimate can be."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def counted(number: int, one: str) -> str:
    """`1 job`, `2 jobs`."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def listed(names: Iterable[str], most: int = 6) -> str:
    """The names with commas between them; of many the first ones, and how many more there are."""
    names = list(names)
    more = len(names) - most
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:most])} and {more} more"
