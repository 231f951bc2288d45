"""Tables beside those of `compare` that figures draw from: what is known of an arm's data and of its features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from clipcause.files.frames import read_frame
from clipcause.files.outputs import read_json

NEAREST = ["of", "reference", "testset", "testset_uid", "similarity"]
DATA_BIAS = ["arm", "subset", "draw", "attribute", "rb", "ab_mean", "ab_max"]
COLLAPSE = ["arm", "testset", "measure", "concept", "value"]
OF_CLASSES = ("class_nc1", "class_nc2")


@dataclass(frozen=True)
class FurtherTables:
    """Tables that a study need not have; without, they are empty.

    nearest    columns NEAREST: of each test sample the similarity of the nearest image of a subset, or of a reference
    data_bias  columns DATA_BIAS: bias of the arms' subsets, of draw 0, as data cards tell it
    collapse   columns COLLAPSE: neural collapse of every class, one row per seed
    """

    nearest: pd.DataFrame
    data_bias: pd.DataFrame
    collapse: pd.DataFrame


@dataclass(frozen=True)
class FurtherFiles:
    """Where they come from: nearest.parquet by subset and by reference, by arm details.json and measures.parquet."""

    nearest: Mapping[str, Path] = field(default_factory=dict)
    references: Mapping[str, Path] = field(default_factory=dict)
    details: Mapping[str, Path] = field(default_factory=dict)
    measures: Mapping[str, Sequence[Path]] = field(default_factory=dict)

    def read(self) -> FurtherTables:
        """Read them all."""
        named = [(False, self.nearest), (True, self.references)]
        nearest = [
            read_frame(path).assign(of=name, reference=reference)[NEAREST]
            for reference, files in named
            for name, path in files.items()
        ]
        biased = [row for arm, path in self.details.items() for row in _data_bias(arm, path)]
        collapsed = [_collapse(arm, path) for arm, paths in self.measures.items() for path in paths]
        return FurtherTables(
            pd.concat(nearest, ignore_index=True) if nearest else pd.DataFrame(columns=NEAREST),
            pd.DataFrame(biased, columns=DATA_BIAS),
            pd.concat(collapsed, ignore_index=True) if collapsed else pd.DataFrame(columns=COLLAPSE),
        )


def _data_bias(arm: str, path: Path) -> list[tuple]:
    details = read_json(path)
    return [
        (
            *(arm, details["subset"], details["draw"], attribute, of["representation_bias"]),
            *(of["association_bias"][which] for which in ("mean", "max")),
        )
        for attribute, of in details["attributes"].items()
    ]


def _collapse(arm: str, path: Path) -> pd.DataFrame:
    columns = ["testset", "measure", "concept", "value"]
    return read_frame(path, columns=columns, filters=[("measure", "in", OF_CLASSES)]).assign(arm=arm)[COLLAPSE]
