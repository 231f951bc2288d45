"""Facts about several subsets, side by side: a row per fact, a cell per subset, so that what differs is easy to see."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """What a table tells of one subset: words, and as much as a small plot of it needs.

    `share` is the value as a share of the row's largest. `counts` are samples by class, most frequent first, drawn
    against the `tallest` of the row; `nearest` quantiles of a similarity. `hint` is shown on demand.
    """

    text: str
    share: float | None = None
    counts: Mapping[str, int] | None = None
    tallest: int = 0
    nearest: Mapping[str, float] | None = None
    hint: str = ""


@dataclass(frozen=True)
class Fact:
    """A fact about every subset: a cell for each, in their order."""

    name: str
    cells: list[Cell]

    @property
    def same(self) -> bool:
        """Whether it tells all of several subsets alike."""
        return len(self.cells) > 1 and all(cell == self.cells[0] for cell in self.cells)


@dataclass(frozen=True)
class Facts:
    """Facts under one heading; those that are not read `first` are folded away. `key` explains their marks."""

    title: str
    first: bool
    rows: list[Fact]
    key: str = ""


def worded(name: str, words: Iterable[str | None]) -> Fact:
    """A fact in words; None where there is nothing to say."""
    return Fact(name, [Cell(NOTHING if text is None else text) for text in words])


def amounts(name: str, values: Sequence[float | None], words: Iterable[str | None]) -> Fact:
    """A fact that is a number of every subset, in these words, each with its share of the largest."""
    most = max((abs(value) for value in values if value is not None), default=0)
    shares = [None if value is None or not most else round(abs(value) / most, 3) for value in values]
    return Fact(name, [Cell(text or NOTHING, share=share) for text, share in zip(words, shares, strict=True)])


def valued(name: str, of: Sequence[Mapping | None], key: str, written: Callable[[float], str]) -> Fact:
    """A fact that is the number under `key`, as `written` writes it; nothing where a mapping or the number is None."""
    values = [each[key] if each else None for each in of]
    return amounts(name, values, [None if value is None else written(value) for value in values])


def union(mappings: Iterable[Iterable[str]]) -> list[str]:
    """Every key, in the order in which it first comes."""
    return list(dict.fromkeys(key for each in mappings for key in each))
