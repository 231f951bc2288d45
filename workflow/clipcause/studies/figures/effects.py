"""The figure of a group of effects: contrasts side by side, on every test set and in the mean over them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes

from clipcause.evaluation.readouts import OWN, readout
from clipcause.figures.style import INK, PAGE, Look, canvas, interval, literal, looks, numbers, words
from clipcause.studies.figures.figure import ENDS, StudyTables
from clipcause.studies.figures.rows import name_rows, part_rows
from clipcause.studies.measures import described, is_in_points, is_share

COLUMNS = ["contrast", "testset", "value", "low", "high"]
MEAN = Look(INK, "D")


def effect_figures(study: Mapping) -> dict[str, "Effects"]:
    """One figure per group of a study's `effects`, by its file name."""
    return {f"effects_{group}": Effects(group, settings) for group, settings in study.get("effects", {}).items()}


class Effects:
    """One group of effects (Fang et al. 2022: five possible causes; Mayilvahanan et al. 2024: pruned and control)."""

    def __init__(self, group: str, settings: Mapping):
        self.group, self.settings = group, settings
        self.title = settings["title"]
        about = described(settings["measure"])
        self.measure = about.title
        self.scale = 100.0 if is_share(about) else 1.0
        self.unit = "points" if is_share(about) or is_in_points(about) else ""

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        frame, by = self.frame(tables), self.settings["readout"]
        testsets = list(frame["testset"].dropna().unique())
        told = [
            f"{self.measure}: differences between arms, each a row, with 95 % intervals over test samples and seeds."
        ]
        if len(testsets) > 1:
            told.append(f"Coloured marks: test sets; large black marks: the mean over all {len(testsets)}.")
        else:
            told.append(f"Test set '{testsets[0]}'." if testsets else "")
        told.append("0 (grey line) is no effect.")
        if by not in (None, OWN):
            told.append(f"Read out by {readout(by).title}, where a contrast names no other.")
        if absent := [name for name in self.settings["contrasts"] if name not in set(frame["contrast"])]:
            told.append(f"Not measured: {', '.join(map(words, absent))}.")
        return " ".join(filter(None, told))

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, shares in points; the rows without a test set are the means."""
        frame = tables.effects[(tables.effects["effects"] == self.group) & tables.effects["value"].notna()][COLUMNS]
        return frame.assign(**{name: self.scale * frame[name] for name in ENDS})

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A row per contrast: test sets below one another, small, and their mean above them with its numbers."""
        contrasts = [name for name in self.settings["contrasts"] if name in set(frame["contrast"])]
        testsets = list(frame["testset"].dropna().unique())
        several = len(testsets) > 1
        look, step = looks(testsets), 0.78 / (1 + several * len(testsets))
        top = (step - 0.78) / 2  # of a row's marks, the mean the first of them
        with canvas(PAGE, 0.7 + len(contrasts) * (0.34 + 0.11 * several * len(testsets))) as (drawn, axes):
            axes.axvline(0, color="#888888", linewidth=1, zorder=1)
            for row in frame.itertuples():
                place = contrasts.index(row.contrast)
                if not pd.isna(row.testset):
                    if several:
                        _small(axes, place + top + (1 + testsets.index(row.testset)) * step, row, look[row.testset])
                    continue
                at = place + top
                interval(axes, at, row.value, row.low, row.high, MEAN)
                beside = {"transform": axes.get_yaxis_transform(), "clip_on": False}
                axes.text(1.02, at, numbers(row.value, row.low, row.high), va="center", fontsize=7, **beside)
            name_rows(axes, [literal(words(name)) for name in contrasts])
            part_rows(axes, len(contrasts))
            axes.xaxis.grid(True)
            axes.set_xlabel(
                f"Difference in {self.measure[:1].lower()}{self.measure[1:]}" + (f" ({self.unit})" if self.unit else "")
            )
            if several:
                handles = [axes.plot([], [], MEAN.marker + "-", color=MEAN.colour, label="Mean")[0]]
                for name in testsets:
                    line = {"color": look[name].colour, "label": words(name), "markersize": 3}
                    handles += axes.plot([], [], look[name].marker + "-", **line)
                drawn.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 6))
            yield drawn, axes


def _small(axes: Axes, at: float, row: tuple, look: Look) -> None:
    """Draw one test set's estimate, smaller and fainter than the mean."""
    ends = {"color": look.colour, "solid_capstyle": "butt", "linewidth": 0.9, "alpha": 0.75, "zorder": 2}
    axes.plot([row.low, row.high], [at, at], **ends)
    axes.plot(row.value, at, look.marker, color=look.colour, markersize=3, zorder=3)
