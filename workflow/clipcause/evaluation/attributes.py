"""Attributes of test images: which of two values a sample shows, and the prompts that ask a model for either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

NEITHER = -1


@dataclass(frozen=True)
class Attribute:
    """An attribute with two values, `one` (s = 1) and `other` (s = 0), as the configuration gives it.

    target   the wished-for mean of s
    column   of a test set's samples, None if no test set tells of the attribute
    one      values of the column that show s = 1; `other` those that show s = 0; any further value shows neither
    prompts  whether there are prompts for both
    """

    target: float
    column: str | None
    one: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    prompts: bool = False

    def told_of(self, samples: pd.DataFrame) -> bool:
        """Whether a test set's samples tell of the attribute."""
        return self.column is not None and self.column in samples

    def group(self, samples: pd.DataFrame) -> np.ndarray:
        """The attribute's value s of every sample, 1, 0 or NEITHER (-1), [n] int8."""
        values = samples[self.column].astype(str)
        found = np.full(len(samples), NEITHER, np.int8)
        found[values.isin(self.other)] = 0
        found[values.isin(self.one)] = 1
        return found

    def shown(self, samples: pd.DataFrame) -> np.ndarray:
        """Which of `values` every sample shows, by its number, or NEITHER, [n] int64."""
        return pd.Categorical(samples[self.column].astype(str), categories=self.values).codes.astype(np.int64)

    @property
    def values(self) -> list[str]:
        """The values of both groups, sorted."""
        return sorted({*self.one, *self.other})


def read_attributes(settings: Mapping[str, Mapping]) -> dict[str, Attribute]:
    """Attributes by name from their resolved settings."""
    return {name: _attribute(of) for name, of in settings.items()}


def prompts_of(settings: Mapping[str, Mapping]) -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    """Per attribute that has prompts, those of value 1 and those of value 0."""
    asked = {name: of["prompts"] for name, of in settings.items() if of["prompts"] is not None}
    return {name: (prompts["one"], prompts["other"]) for name, prompts in asked.items()}


def _attribute(of: Mapping) -> Attribute:
    samples = of["samples"] or {"column": None, "one": (), "other": ()}
    one, other = (tuple(map(str, samples[key])) for key in ("one", "other"))
    return Attribute(of["target"], samples["column"], one, other, of["prompts"] is not None)
