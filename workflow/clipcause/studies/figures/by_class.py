"""Figures with one point per class, against the class's frequency in the training captions."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from clipcause.figures.panels import panels
from clipcause.figures.style import FAINT, OUTLINE, numbers, words
from clipcause.studies.figures.figure import StudyTables, figure, per_cent


class AgainstFrequency:
    """Base of figures with a panel per arm, per-class values with intervals, the rank correlation in the panel."""

    column: str  # of the class table
    correlation: str  # the measure that sums the panel up
    label: str  # of the vertical axis
    top: float | None = None  # of the vertical axis; None: as high as the data
    even_share = False  # draw the mean over classes as a line
    logarithmic = False  # the vertical axis, if no value is 0

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns arm, testset, concept, captions, value, low, high; empty if captions mention none of the classes."""
        ends = {self.column: "value", f"{self.column}_low": "low", f"{self.column}_high": "high"}
        shown = (tables.classes["testset"] == tables.main_testset) & (tables.classes["readout"] == tables.main_readout)
        frame = tables.classes[shown].rename(columns=ends)
        seen = slice(None) if (frame["captions"] > 0).any() else slice(0)
        return frame[["arm", "testset", "concept", "captions", "value", "low", "high"]][seen]

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Panels side by side that share their axes; horizontal: captions, logarithmic, with 0 at the left end."""
        arms = tables.arms
        none = frame.loc[frame["captions"] > 0, "captions"].min() / 3  # where classes without a caption are drawn
        with panels(len(arms), most=4, above=0.3, height=1.75, sharex=True, sharey=True) as (drawn, grid, each):
            for arm, axes in zip(arms, each, strict=True):
                self._panel(axes, tables, frame[frame["arm"] == arm], arm, none)
            for axes in grid[:, 0]:
                axes.set_ylabel(self.label)
            drawn.supxlabel("Class frequency (captions that mention the class)")
            grid[0, 0].set_xticks(*_ticks(frame["captions"], none), minor=False)
            if self.logarithmic and (frame["low"] > 0).all():
                grid[0, 0].set_yscale("log")
                few = frame["high"].max() < 10 * frame["low"].min()
                grid[0, 0].yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7) if few else (1, 3)))
                grid[0, 0].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
                grid[0, 0].yaxis.set_minor_locator(NullLocator())
            else:
                grid[0, 0].set_ylim(0, self.top or 1.04 * max(frame["value"].max(), frame["high"].max()))
            yield drawn, grid

    def _panel(self, axes: Axes, tables: StudyTables, points: pd.DataFrame, arm: str, none: float) -> None:
        look = tables.looks[arm]
        captions = points["captions"].replace(0, none)
        axes.vlines(captions, points["low"], points["high"], color=look.colour, alpha=0.35, linewidth=0.9)
        axes.plot(captions, points["value"], look.marker, color=look.colour, markersize=3.4, **OUTLINE)
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.set_title(words(arm), pad=14)
        if self.even_share:
            axes.axhline(points["value"].mean(), color=FAINT, linewidth=0.8, zorder=0)
        beside = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 7}
        axes.annotate(self.summary(tables, points, arm), (0, 1), (0, 4), **beside)

    def summary(self, tables: StudyTables, points: pd.DataFrame, arm: str) -> str:
        """What sums a panel up: the rank correlation of an arm, with its interval."""
        found = tables.means([self.correlation], [tables.main_testset])
        rows = found[found["arm"] == arm].itertuples()
        return next((f"ρ = {numbers(row.value, row.low, row.high)}" for row in rows), "")

    def _intervals(self, tables: StudyTables) -> str:
        return (
            f"Test set '{tables.main_testset}'. Points are means over seeds, one per class, with 95 % intervals over "
            f"test samples and seeds; ρ is Spearman's rank correlation with its 95 % interval.{tables.read_out}"
        )


def _ticks(captions: pd.Series, none: float) -> tuple[list[float], list[str]]:
    """Places and labels of the horizontal axis: powers of ten, their triples where the range is small, and 0."""
    low, high = captions[captions > 0].min(), captions.max()
    steps = (1.0,) if high > 100 * low else (1.0, 3.0)
    places = [float(place) for place in LogLocator(subs=steps).tick_values(low, high) if low <= place <= high]
    labels = [f"{place:,.0f}" for place in places]
    return ([none, *places], ["0", *labels]) if (captions == 0).any() else (places, labels)


@figure("accuracy_by_frequency")
class AccuracyByFrequency(AgainstFrequency):
    """Per-class accuracy against class frequency (Wen et al. 2024, figure 1)."""

    title = "Accuracy against class frequency"
    column, correlation, label = "accuracy", "corr_acc", "Accuracy (%)"
    top = 104

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """As in the base class, accuracies in per cent."""
        return per_cent(super().frame(tables))

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            f"Accuracy per class against how many captions of subset '{tables.study['frequency_of']}' mention it. "
            f"{self._intervals(tables)}"
        )


@figure("predictions_by_frequency")
class PredictionsByFrequency(AgainstFrequency):
    """Number of predictions per class against class frequency (Wen et al. 2024, figure 1)."""

    title = "Number of predictions against class frequency"
    column, correlation, label = "predictions", "corr_pred", "Predictions per class"
    even_share = True

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            "How often each class is predicted, right or wrong, against how many captions of subset "
            f"'{tables.study['frequency_of']}' mention it; every class has equally many test samples (grey line). "
            f"{self._intervals(tables)}"
        )
