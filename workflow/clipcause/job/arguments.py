"""What commands are given in a form of its own: by name, `--pools diverse=samples.parquet`, or a part, `--part 2/8`."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")


def named(form: str = "NAME=FILE", value: Callable[[str], Value] = Path) -> Callable[[str], tuple[str, Value]]:
    """A type for arguments of this form: the name before the first `=`, and the `value` behind it."""

    def read(text: str) -> tuple[str, Value]:
        name, equals, rest = text.partition("=")
        if not (name and equals and rest):
            raise argparse.ArgumentTypeError(f"{text!r} is not {form}")
        return name, value(rest)

    return read


def together(pairs: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    """All values of each name, in the order given."""
    found: dict[str, list[Value]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def part_of(text: str) -> tuple[int, int]:
    """A type for arguments such as `2/8`: 2 and 8."""
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a part such as 1/8 or 8/8")
    return int(part), int(parts)
