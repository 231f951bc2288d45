"""The figure that sets readouts beside one another."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.evaluation.readouts import readout
from clipcause.figures.style import PAGE, canvas, interval, looks, words
from clipcause.studies.figures.figure import StudyTables, figure

COLUMNS = ["arm", "testset", "readout", "value", "low", "high"]


@figure("accuracy_by_readout")
class AccuracyByReadout:
    """Top-1 accuracy of every arm on every test set, by every readout of the study."""

    title = "Accuracy by readout"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        named = "; ".join(f"{words(name)}: {readout(name).title}" for name in tables.readouts)
        return (
            "Top-1 accuracy by how the answer is read out of the model: means over seeds with 95 % intervals over test "
            f"samples and seeds, a panel per arm. {named}. A readout is left out where it does not apply to the arm or "
            "the test set."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, accuracies in per cent; empty for a study with one readout."""
        frame = tables.means(["accuracy"], list(tables.study["testsets"]), tables.readouts)[COLUMNS]
        frame = frame.assign(**{name: 100 * frame[name] for name in ("value", "low", "high")})
        return frame if len(tables.readouts) > 1 else frame[:0]

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per arm; in it a row per test set, in the study's order, the readouts below one another in it."""
        arms, readouts, testsets = tables.arms, tables.readouts, list(tables.study["testsets"])
        look, step = looks(readouts), 0.8 / len(readouts)
        columns = min(len(arms), 4)
        rows = -(-len(arms) // columns)
        height = 0.65 + rows * (0.3 + len(testsets) * max(0.2, 0.09 * len(readouts)))
        with canvas(PAGE, height, rows, columns, sharex=True, sharey=True, squeeze=False) as (drawn, grid):
            for arm, axes in zip(arms, grid.flat, strict=False):
                for row in frame[frame["arm"] == arm].itertuples():
                    place = readouts.index(row.readout) - (len(readouts) - 1) / 2
                    at = testsets.index(row.testset) + place * step
                    interval(axes, at, row.value, row.low, row.high, look[row.readout])
                for place in range(1, len(testsets)):
                    axes.axhline(place - 0.5, color="#E6E6E6", linewidth=0.6, zorder=0)
                axes.set_title(words(arm))
                axes.tick_params(axis="y", length=0)
                axes.xaxis.grid(True)
            for axes in grid.flat[len(arms) :]:
                axes.set_visible(False)
            for axes in grid.flat[max(0, len(arms) - columns) : len(arms)]:
                axes.tick_params(labelbottom=True)
            grid[0, 0].set_yticks(range(len(testsets)), [words(testset) for testset in testsets])
            grid[0, 0].set_ylim(len(testsets) - 0.5, -0.5)
            drawn.supxlabel("Top-1 accuracy (%)", fontsize=7.5)
            handles = [
                grid[0, 0].plot([], [], look[name].marker + "-", color=look[name].colour, label=words(name))[0]
                for name in readouts
            ]
            drawn.legend(handles=handles, loc="outside upper center", ncols=len(readouts))
            yield drawn, grid
