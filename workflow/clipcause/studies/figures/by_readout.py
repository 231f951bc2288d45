"""The figure that sets readouts beside one another."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.evaluation.readouts import readout
from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.style import PAGE, canvas, interval, looks, words
from clipcause.studies.figures.figure import StudyTables, figure

COLUMNS = ["arm", "testset", "readout", "value", "low", "high"]
MANY = 8  # arms; with more there is a panel per test set


@figure("accuracy_by_readout")
class AccuracyByReadout:
    """Top-1 accuracy of every arm on every test set, by every readout of the study."""

    title = "Accuracy by readout"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        named = "; ".join(f"{words(name)}: {readout(name).title}" for name in tables.readouts)
        return (
            "Top-1 accuracy by how the answer is read out of the model: means over seeds with 95 % intervals over test "
            f"samples and seeds. {named}. A readout is left out where it does not apply to the arm or "
            "the test set."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, accuracies in per cent; empty for a study with one readout."""
        frame = tables.means(["accuracy"], list(tables.study["testsets"]), tables.readouts)[COLUMNS]
        frame = frame.assign(**{name: 100 * frame[name] for name in ("value", "low", "high")})
        return frame if len(tables.readouts) > 1 else frame[:0]

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per arm, in it a row per test set, or the other way round where arms are many; readouts in a row."""
        arms, testsets = tables.arms, [each for each in tables.study["testsets"] if each in set(frame["testset"])]
        panels, rows = (testsets, arms) if len(arms) > MANY else (arms, testsets)
        in_panels, in_rows = ("testset", "arm") if panels is testsets else ("arm", "testset")
        look, step = looks(tables.readouts), 0.8 / len(tables.readouts)
        columns = min(len(panels), 4)
        lines = -(-len(panels) // columns)
        entries = {words(name): each for name, each in look.items()}
        height = 0.5 + legend_height(list(entries)) + lines * (0.3 + len(rows) * max(0.2, 0.08 * len(look)))
        with canvas(PAGE, height, lines, columns, sharex=True, sharey=True, squeeze=False) as (drawn, grid):
            for panel, axes in zip(panels, grid.flat, strict=False):
                for row in frame[frame[in_panels] == panel].to_dict("records"):
                    apart = tables.readouts.index(row["readout"]) - (len(look) - 1) / 2
                    at = rows.index(row[in_rows]) + apart * step
                    interval(axes, at, row["value"], row["low"], row["high"], look[row["readout"]])
                for place in range(1, len(rows)):
                    axes.axhline(place - 0.5, color="#E6E6E6", linewidth=0.6, zorder=0)
                axes.set_title(words(panel))
                axes.tick_params(axis="y", length=0)
                axes.xaxis.grid(True)
            for axes in grid.flat[len(panels) :]:
                axes.set_visible(False)
            for axes in grid.flat[max(0, len(panels) - columns) : len(panels)]:
                axes.tick_params(labelbottom=True)
            grid[0, 0].set_yticks(range(len(rows)), [words(row) for row in rows])
            grid[0, 0].set_ylim(len(rows) - 0.5, -0.5)
            drawn.supxlabel("Top-1 accuracy (%)", fontsize=7.5)
            draw_legend(drawn, grid[0, 0], entries)
            yield drawn, grid
