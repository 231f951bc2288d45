"""The figure that sets readouts beside one another."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.evaluation.readouts import readout
from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.panels import panels
from clipcause.figures.style import interval, looks, words
from clipcause.studies.figures.figure import StudyTables, figure, per_cent
from clipcause.studies.figures.rows import name_rows, part_rows

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
            f"samples and seeds. {named}. A readout is left out where it does not apply to the arm or "
            "the test set."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, accuracies in per cent; empty for a study with one readout."""
        frame = tables.means(["accuracy"], list(tables.study["testsets"]), tables.readouts)[COLUMNS]
        return per_cent(frame) if len(tables.readouts) > 1 else frame[:0]

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per arm, in it a row per test set, or the other way round where arms are many; readouts in a row."""
        arms, testsets = tables.arms, tables.testsets_in(frame)
        (in_panels, names), (in_rows, rows) = ("arm", arms), ("testset", testsets)
        if tables.many_arms:
            (in_panels, names), (in_rows, rows) = ("testset", testsets), ("arm", arms)
        look, step = looks(tables.readouts), 0.8 / len(tables.readouts)
        entries = {words(name): each for name, each in look.items()}
        above, height = 0.5 + legend_height(list(entries)), 0.3 + len(rows) * max(0.2, 0.08 * len(look))
        with panels(len(names), most=4, above=above, height=height, sharex=True, sharey=True) as (drawn, grid, each):
            for name, axes in zip(names, each, strict=True):
                for row in frame[frame[in_panels] == name].to_dict("records"):
                    apart = tables.readouts.index(row["readout"]) - (len(look) - 1) / 2
                    at = rows.index(row[in_rows]) + apart * step
                    interval(axes, at, row["value"], row["low"], row["high"], look[row["readout"]])
                part_rows(axes, len(rows))
                axes.set_title(words(name))
                axes.xaxis.grid(True)
            name_rows(grid[0, 0], [words(row) for row in rows])
            drawn.supxlabel("Top-1 accuracy (%)")
            draw_legend(drawn, grid[0, 0], entries)
            yield drawn, grid
