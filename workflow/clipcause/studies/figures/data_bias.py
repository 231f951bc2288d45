"""The figure of bias in data, and of what became of it in models (Alabdulmohsin et al. 2024)."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clipcause.figures.legend import draw_legend
from clipcause.figures.style import FAINT, INK, PAGE, Look, canvas, interval, words
from clipcause.studies.figures.figure import StudyTables, figure

BIAS = {"rb": "RB", "ab_mean": "AB, mean", "ab_max": "AB, largest"}
DATA, MODEL = "data", "model"
OF_DATA, OF_MODEL = Look(INK, "d"), Look("#777777", "o")
ENDS = ["value", "low", "high"]


@figure("data_and_model_bias")
class DataAndModelBias:
    """Representation and association bias of every arm's data, and what became of it in the model."""

    title = "Bias of the data and of the model"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            "Black diamonds: bias of the arm's training subset (its draw 0, by the weights of its samples), as its "
            "data card tells it. RB is how far the share of samples with the attribute lies from its target, AB how "
            "far this share differs between samples with and without a label, mean and largest over labels. Other "
            "marks: the same of the model's answers, means over seeds with 95 % intervals over test samples and "
            "seeds; small dots are seeds. Of models RB is of probabilities of the attribute's prompts, AB of those of "
            "class prompts; what compares between data and models is how each changes from arm to arm."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns arm, attribute, measure, of (data or model), on (subset or test set), seed, value, low, high, in per
        cent; empty if no data card tells of an attribute."""
        columns = ["arm", "attribute", "measure", "of", "on", "seed", *ENDS]
        data = tables.further.data_bias.rename(columns={"subset": "on"})
        data = data.melt(["arm", "attribute", "on"], list(BIAS), "measure", "value").dropna(subset="value")
        if data.empty:
            return pd.DataFrame(columns=columns)
        models = tables.on_first_testset(list(BIAS)).rename(columns={"testset": "on"}).assign(of=MODEL)
        missing = {"of": DATA, "seed": pd.array([pd.NA] * len(data), "Int64"), "low": np.nan, "high": np.nan}
        both = [each[columns] for each in (data.assign(**missing), models) if len(each)]
        frame = pd.concat(both, ignore_index=True)
        return frame.assign(**{name: 100 * frame[name].astype(float) for name in ENDS})

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A row of panels per attribute, a row per arm: its data and its model."""
        attributes, arms = list(frame["attribute"].drop_duplicates()), tables.arms
        height = 0.3 + len(attributes) * (0.6 + 0.25 * len(arms))
        with canvas(PAGE, height, len(attributes), len(BIAS), sharey=True, squeeze=False) as (drawn, grid):
            for attribute, line in zip(attributes, grid, strict=True):
                for (name, title), axes in zip(BIAS.items(), line, strict=True):
                    self._panel(axes, tables, frame[(frame["attribute"] == attribute) & (frame["measure"] == name)])
                    axes.set_title(f"{title} ({attribute})")
            for axes in grid[-1]:
                axes.set_xlabel("%")
            grid[0, 0].set_yticks(range(len(arms)), [words(arm) for arm in arms])
            grid[0, 0].set_ylim(len(arms) - 0.4, -0.6)
            draw_legend(drawn, grid[0, 0], {"Data": OF_DATA, "Model": OF_MODEL}, line="")
            yield drawn, grid

    def _panel(self, axes: Axes, tables: StudyTables, points: pd.DataFrame) -> None:
        axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        for row in points.itertuples():
            place, look = tables.arms.index(row.arm), tables.looks[row.arm]
            if row.of == DATA:
                axes.plot(row.value, place - 0.2, OF_DATA.marker, color=OF_DATA.colour)
            elif pd.isna(row.seed):
                interval(axes, place + 0.12, row.value, row.low, row.high, look)
            else:
                axes.plot(row.value, place + 0.34, ".", color=look.colour, markersize=3, alpha=0.7)
        for place in range(1, len(tables.arms)):
            axes.axhline(place - 0.5, color="#E6E6E6", linewidth=0.6, zorder=0)
        axes.set_xlim(left=min(0, axes.get_xlim()[0]))
