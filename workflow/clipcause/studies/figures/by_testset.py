"""The figure of accuracy per test set: marks with intervals, or a table in colour where arms are many."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.style import PAGE, canvas, interval, words
from clipcause.studies.figures.figure import StudyTables, figure, per_cent
from clipcause.studies.figures.rows import name_rows, part_rows

COLUMNS = ["arm", "testset", "measure", "seed", "value", "low", "high"]
DARK = 0.6  # place in the colour map from which text on it is white


@figure("accuracy_by_testset")
class AccuracyByTestset:
    """Top-1 accuracy of every arm on every test set."""

    title = "Accuracy per test set"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        about = "Top-1 accuracy per test set: means over seeds with 95 % intervals over test samples and seeds."
        if tables.many_arms:
            about += " Each column has its own scale of colour, from its least accurate arm to its most accurate."
        return about + tables.read_out

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, accuracies in per cent."""
        return per_cent(tables.means(["accuracy"], list(tables.study["testsets"]))[COLUMNS])

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Marks or a table, by how many arms there are."""
        with (_table if tables.many_arms else _marks)(tables, frame) as drawn:
            yield drawn


@contextmanager
def _marks(tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
    """A row per test set, in the study's order, the arms below one another in it."""
    arms, testsets, look = tables.arms, list(tables.study["testsets"]), tables.looks
    entries = {words(arm): look[arm] for arm in arms}
    step = 0.8 / len(arms)
    height = 0.5 + legend_height(list(entries)) + len(testsets) * max(0.2, 0.1 * len(arms))
    with canvas(PAGE, height) as (drawn, axes):
        for row in frame.itertuples():
            at = testsets.index(row.testset) + (arms.index(row.arm) - (len(arms) - 1) / 2) * step
            interval(axes, at, row.value, row.low, row.high, look[row.arm])
        name_rows(axes, [words(testset) for testset in testsets])
        part_rows(axes, len(testsets))
        axes.set_xlabel("Top-1 accuracy (%)")
        axes.xaxis.grid(True)
        draw_legend(drawn, axes, entries)
        yield drawn, axes


@contextmanager
def _table(tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
    """A row per arm, a column per test set, in the study's order: the accuracy above its interval."""
    arms, testsets = tables.arms_in(frame), tables.testsets_in(frame)
    values = frame.pivot(index="arm", columns="testset", values="value").loc[arms, testsets]
    spread = (values.max() - values.min()).replace(0, 1)
    shades = (values - values.min()) / spread
    with canvas(PAGE, 0.4 + 0.29 * len(arms)) as (drawn, axes):
        axes.imshow(0.05 + 0.8 * shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for row in frame.itertuples():
            at = testsets.index(row.testset), arms.index(row.arm)
            colour = "white" if shades.loc[row.arm, row.testset] > DARK else "black"
            axes.text(*at, f"{row.value:.1f}", va="bottom", ha="center", color=colour, fontsize=7)
            ends = f"{row.low:.1f} – {row.high:.1f}"
            axes.text(*at, ends, va="top", ha="center", color=colour, fontsize=5)
        axes.set_xticks(range(len(testsets)), ["\n".join(words(testset).split(" ")) for testset in testsets])
        axes.set_yticks(range(len(arms)), [words(arm) for arm in arms])
        axes.tick_params(length=0, labeltop=True, labelbottom=False)
        axes.spines[:].set_visible(False)
        for place in range(1, len(testsets)):
            axes.axvline(place - 0.5, color="white", linewidth=1.5)
        yield drawn, axes
