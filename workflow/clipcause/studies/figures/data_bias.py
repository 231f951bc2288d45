"""The figure of bias in data, and of what became of it in models (Alabdulmohsin et al. 2024)."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clipcause.figures.legend import draw_legend
from clipcause.figures.style import FAINT, INK, PAGE, Look, canvas, words
from clipcause.studies.figures.figure import ENDS, StudyTables, figure, per_cent
from clipcause.studies.figures.rows import estimates_by_arm, name_rows, part_rows

BIAS = {"rb": "RB", "ab_mean": "AB, mean", "ab_max": "AB, largest"}
DATA, MODEL = "data", "model"
OF_DATA, OF_MODEL = Look(INK, "d"), Look("#777777", "o")


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
        return per_cent(pd.concat(both, ignore_index=True))

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
            name_rows(grid[0, 0], [words(arm) for arm in arms])
            draw_legend(drawn, grid[0, 0], {"Data": OF_DATA, "Model": OF_MODEL}, line="")
            yield drawn, grid

    def _panel(self, axes: Axes, tables: StudyTables, points: pd.DataFrame) -> None:
        axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        for row in points[points["of"] == DATA].itertuples():
            axes.plot(row.value, tables.arms.index(row.arm) - 0.2, OF_DATA.marker, color=OF_DATA.colour)
        estimates_by_arm(axes, points[points["of"] == MODEL], tables.arms, tables.looks, below=0.1)
        part_rows(axes, len(tables.arms))
        axes.set_xlim(left=min(0, axes.get_xlim()[0]))
