"""The figure of accuracy against the similarity of test samples to the training images."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.style import OUTLINE, PAGE, canvas, words
from clipcause.studies.figures.figure import StudyTables, figure
from clipcause.studies.nearness import BINS, NEARNESS

MANY = 8  # arms; more have larger panels, and their intervals stand in the table alone


@figure("accuracy_by_nearness")
class AccuracyByNearness:
    """Accuracy of test samples by similarity to their nearest training image (Mayilvahanan et al. 2024)."""

    title = "Accuracy against similarity to the nearest training image"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        beyond = "; arms are many, so that the intervals stand in the table alone" if len(tables.arms) > MANY else ""
        return (
            "Top-1 accuracy of test samples against their cosine similarity to the nearest image of the arm's subset, "
            f"a panel per test set, in {BINS} bins with equally many samples of all arms together, or fewer where "
            "similarities are equal; marks are at the bin's mean similarity. Means over seeds with 95 % intervals over "
            f"test samples and seeds{beyond}. Where a subset is redrawn for every seed, similarity is to draw 0."
            f"{tables.read_out}"
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns NEARNESS by the main readout, accuracies in per cent; empty for a study without an embedder."""
        shown = (tables.nearness["readout"] == tables.main_readout) & tables.nearness["accuracy"].notna()
        frame = tables.nearness[shown][NEARNESS]
        return frame.assign(**{name: 100 * frame[name] for name in ("accuracy", "low", "high")})

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per test set, one line per arm."""
        testsets = [each for each in tables.study["testsets"] if each in set(frame["testset"])]
        arms = [arm for arm in tables.arms if arm in set(frame["arm"])]
        look, many = tables.looks, len(arms) > MANY
        entries = {words(arm): look[arm] for arm in arms}
        columns = min(len(testsets), 2 if many else 4)
        rows = -(-len(testsets) // columns)
        height = 0.35 + legend_height(list(entries)) + (2.6 if many else 1.6) * rows
        with canvas(PAGE, height, rows, columns, sharey=True, squeeze=False) as (drawn, grid):
            for testset, axes in zip(testsets, grid.flat, strict=False):
                for arm in arms:
                    points = frame[(frame["testset"] == testset) & (frame["arm"] == arm)].sort_values("similarity")
                    x, y, colour = points["similarity"], points["accuracy"], look[arm].colour
                    if not many:  # bands of many arms hide each other
                        axes.fill_between(x, points["low"], points["high"], color=colour, alpha=0.15, linewidth=0)
                    axes.plot(x, y, color=colour, zorder=2)
                    axes.plot(x, y, look[arm].marker, color=colour, zorder=3, **OUTLINE)
                axes.set_title(words(testset))
                axes.locator_params(axis="x", nbins=4)
                axes.grid(True)
            for axes in grid.flat[len(testsets) :]:
                axes.set_visible(False)
            grid[0, 0].set_ylim(0, 104)
            for axes in grid[:, 0]:
                axes.set_ylabel("Accuracy (%)")
            drawn.supxlabel("Cosine similarity to the nearest training image", fontsize=7.5)
            draw_legend(drawn, grid[0, 0], entries)
            yield drawn, grid
