"""The figure of accuracy against the similarity of test samples to the training images."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.panels import panels
from clipcause.figures.style import OUTLINE, words
from clipcause.studies.figures.figure import StudyTables, figure, per_cent
from clipcause.studies.nearness import BINS, NEARNESS


@figure("accuracy_by_nearness")
class AccuracyByNearness:
    """Accuracy of test samples by similarity to their nearest training image (Mayilvahanan et al. 2024)."""

    title = "Accuracy against similarity to the nearest training image"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        many = tables.many_arms
        marks = "each column is a bin" if many else "marks are at the bin's mean similarity"
        beyond = " (intervals in the table)" if many else " with 95 % intervals over test samples and seeds"
        return (
            "Top-1 accuracy of test samples against their cosine similarity to the nearest image of the arm's subset, "
            f"a panel per test set, in {BINS} bins with equally many samples of all arms together, or fewer where "
            f"similarities are equal; {marks}. Means over seeds{beyond}. Where a subset is redrawn for every seed, "
            f"similarity is to draw 0.{tables.read_out}"
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns NEARNESS by the main readout, accuracies in per cent; empty for a study without an embedder."""
        shown = (tables.nearness["readout"] == tables.main_readout) & tables.nearness["accuracy"].notna()
        return per_cent(tables.nearness[shown][NEARNESS], ("accuracy", "low", "high"))

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Lines or shades, by how many arms there are."""
        with (_shades if tables.many_arms else _lines)(tables, frame) as drawn:
            yield drawn


@contextmanager
def _lines(tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
    """A panel per test set, one line per arm with the band of its intervals."""
    testsets, arms = tables.testsets_in(frame), tables.arms_in(frame)
    look = tables.looks
    entries = {words(arm): look[arm] for arm in arms}
    above = 0.35 + legend_height(list(entries))
    with panels(len(testsets), most=4, above=above, height=1.6, sharey=True) as (drawn, grid, each):
        for testset, axes in zip(testsets, each, strict=True):
            for arm in arms:
                points = frame[(frame["testset"] == testset) & (frame["arm"] == arm)].sort_values("similarity")
                x, y, colour = points["similarity"], points["accuracy"], look[arm].colour
                axes.fill_between(x, points["low"], points["high"], color=colour, alpha=0.15, linewidth=0)
                axes.plot(x, y, color=colour, zorder=2)
                axes.plot(x, y, look[arm].marker, color=colour, zorder=3, **OUTLINE)
            axes.set_title(words(testset))
            axes.locator_params(axis="x", nbins=4)
            axes.grid(True)
        grid[0, 0].set_ylim(0, 104)
        for axes in grid[:, 0]:
            axes.set_ylabel("Accuracy (%)")
        drawn.supxlabel("Cosine similarity to the nearest training image")
        draw_legend(drawn, grid[0, 0], entries)
        yield drawn, grid


@contextmanager
def _shades(tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
    """A panel per test set, a row per arm, a column per bin, shaded by accuracy; white where an arm has no samples."""
    testsets, arms = tables.testsets_in(frame), tables.arms_in(frame)
    height = 0.45 + 0.13 * len(arms)
    with panels(len(testsets), most=4, above=0.5, height=height, sharey=True) as (drawn, grid, each):
        for testset, axes in zip(testsets, each, strict=True):
            here = frame[frame["testset"] == testset]
            values = here.pivot(index="arm", columns="lowest", values="accuracy").reindex(arms)
            shaded = axes.imshow(values, cmap="viridis", vmin=0, vmax=frame["accuracy"].max(), aspect="auto")
            edges = [*values.columns, here["highest"].max()]
            places = [0, len(edges) // 2, len(edges) - 1]
            axes.set_xticks([place - 0.5 for place in places], [f"{edges[place]:.2f}" for place in places])
            axes.set_title(words(testset))
            axes.spines[:].set_visible(False)
            axes.tick_params(axis="y", length=0)
        grid[0, 0].set_yticks(range(len(arms)), [words(arm) for arm in arms])
        drawn.supxlabel("Cosine similarity to the nearest training image, ends of bins")
        bar = drawn.colorbar(shaded, ax=grid, shrink=0.5, aspect=30, pad=0.01, label="Accuracy (%)")
        bar.outline.set_visible(False)
        yield drawn, grid
