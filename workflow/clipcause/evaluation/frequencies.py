"""Class frequencies: how many captions mention the classes of a test set, by the vocabulary that it asks by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clipcause.errors import UserError
from clipcause.files.frames import read_frame


@dataclass(frozen=True)
class Frequencies:
    """What one run is set against.

    vocabularies  test set -> the vocabulary that it asks by
    tables        vocabulary -> captions by concept
    """

    vocabularies: Mapping[str, str]
    tables: Mapping[str, pd.Series]

    def on(self, testset: str) -> pd.Series:
        """Captions by concept of the vocabulary that a test set asks by. Raises UserError if none is known of it."""
        vocabulary = self.vocabularies.get(testset)
        if vocabulary not in self.tables:
            known = ", ".join(f"{name} by {of}" for name, of in self.vocabularies.items())
            raise UserError(f"test set '{testset}': no frequencies of what it asks for, only of {known}; count them")
        return self.tables[vocabulary]

    def of_classes(self, testset: str, classes: Sequence[str]) -> np.ndarray:
        """The frequencies of a test set's classes, [C] float64. Raises UserError naming those that have none."""
        return class_frequency(self.on(testset), classes, testset)


@dataclass(frozen=True)
class FrequencyFiles:
    """Where the frequencies of several runs stand: a file per vocabulary and training seed (`frequency.parquet`).

    Subsets with chance in them are redrawn for every seed, and so are counted once for each.
    """

    vocabularies: Mapping[str, str]
    files: Mapping[tuple[str, int], Path]

    def read(self, seed: int) -> Frequencies:
        """The frequencies that runs of this seed are set against. Raises UserError if a vocabulary has no file."""
        used = dict.fromkeys(self.vocabularies.values())
        if missing := [vocabulary for vocabulary in used if (vocabulary, seed) not in self.files]:
            raise UserError(f"vocabulary '{missing[0]}': no frequencies for seed {seed}; count its concepts")
        return Frequencies(self.vocabularies, {each: read_frequency(self.files[each, seed]) for each in used})


def read_frequency(path: str | Path) -> pd.Series:
    """Read how many captions mention each concept, as a series indexed by concept.

    Raises UserError if the file is not a frequency table or has a concept twice.
    """
    frame = read_frame(path)
    if missing := [column for column in ("concept", "captions") if column not in frame]:
        raise UserError(f"{path}: no column {', '.join(missing)}; a frequency table holds concept, captions, share")
    frequency = frame.set_index("concept")["captions"].rename(str(path))
    if not frequency.index.is_unique:
        twice = frequency.index[frequency.index.duplicated()][0]
        raise UserError(f"{path}: concept '{twice}' stands twice; keep one row per concept")
    return frequency


def class_frequency(frequency: pd.Series, classes: Sequence[str], testset: str) -> np.ndarray:
    """The frequency of each of `classes`, [C] float64. Raises UserError naming the classes that have none."""
    if missing := [name for name in classes if name not in frequency.index]:
        raise UserError(
            f"test set '{testset}': no frequency for class {', '.join(map(repr, missing))} in {frequency.name}; "
            "add it to the vocabulary, under the name that the test set uses"
        )
    return frequency.loc[list(classes)].to_numpy(dtype=np.float64)
