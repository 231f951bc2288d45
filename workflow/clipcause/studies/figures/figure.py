"""What a figure is, the registry of figures, and how those of a study are written."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from clipcause.command import log
from clipcause.outputs import read_json, whole, write_json
from clipcause.studies.figures.style import save


@dataclass(frozen=True)
class StudyTables:
    """All that figures read: a study's resolved settings and what `compare` made of its runs."""

    study: Mapping
    estimates: pd.DataFrame
    classes: pd.DataFrame
    claims: list[dict]

    @property
    def arms(self) -> list[str]:
        """The study's arms, in its order."""
        return list(self.study["arms"])

    @property
    def main_testset(self) -> str:
        """The test set that figures of one test set show: the study's first."""
        return self.study["testsets"][0]

    def means(self, measures: list[str], testsets: list[str]) -> pd.DataFrame:
        """The defined estimates of means over seeds, in the order of `estimates`."""
        frame = self._estimates(measures, testsets)
        return frame[frame["seed"].isna() & frame["value"].notna()]

    def seeds(self, measures: list[str], testsets: list[str]) -> pd.DataFrame:
        """The estimates of single seeds."""
        frame = self._estimates(measures, testsets)
        return frame[frame["seed"].notna()]

    def _estimates(self, measures: list[str], testsets: list[str]) -> pd.DataFrame:
        frame = self.estimates
        return frame[frame["measure"].isin(measures) & frame["testset"].isin(testsets)]


class StudyFigure(Protocol):
    """One figure: the words around it, the table it shows, the drawing."""

    title: str

    def caption(self, tables: StudyTables) -> str:
        """What the reader sees, in full sentences: axes, marks, intervals, test set."""

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """What is drawn, tidy; empty if the study has nothing for this figure, which is then left out."""

    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> AbstractContextManager[tuple]:
        """A context that yields (figure, axes) of the drawing of `frame`."""


FIGURES: dict[str, StudyFigure] = {}


def figure(name: str) -> Callable[[type], type]:
    """Register the decorated StudyFigure class as the figure `name`, which is also its file name."""

    def register(kind: type) -> type:
        if name in FIGURES:
            raise ValueError(f"two figures are named {name!r}")
        FIGURES[name] = kind()
        return kind

    return register


def draw_figures(study: Mapping, estimates: Path, classes: Path, claims: Path, output: Path) -> None:
    """Write every figure that the study has data for into the folder `output`, with `index.json`."""
    tables = StudyTables(study, pd.read_parquet(estimates), pd.read_parquet(classes), read_json(claims)["claims"])
    index = []
    with whole(output) as temporary:
        temporary.mkdir(parents=True)
        for name, drawn in FIGURES.items():
            frame = drawn.frame(tables)
            if frame.empty:
                log.info("figure %s: left out, the study has no data for it", name)
                continue
            frame.to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")
            with drawn.draw(tables, frame) as (canvas, _):
                save(canvas, temporary / name)
            index.append({"name": name, "title": drawn.title, "caption": drawn.caption(tables)})
        write_json(temporary / "index.json", index)
    log.info("%d figures in %s", len(index), output)
