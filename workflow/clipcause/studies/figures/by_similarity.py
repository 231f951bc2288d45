"""Figures of how near the test sets are to what is trained on (Mayilvahanan et al. 2024, figure 3)."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clipcause.figures.panels import panels
from clipcause.figures.style import FAINT, INK, Look, words
from clipcause.studies.figures.figure import StudyTables, figure

BINS = 40
ROUNDING = 1e-5  # by how much a similarity exceeds another; what is less is rounding, as in near-pruning
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
OF_NO_ARM = Look("#777777", "o")
TALLEST = 0.85  # of a row


class _Rows:
    """Base of the two: a panel per test set, in it a row per subset that the study trains on or counts."""

    def rows(self, tables: StudyTables) -> list[str]:
        """The subsets, in the order of the arms, then those of no arm."""
        trained = [arm["subset"] for arm in tables.study["arms"].values()]
        nearest = tables.further.nearest
        known = list(dict.fromkeys(nearest.loc[~nearest["reference"].astype(bool), "of"]))
        return [each for each in dict.fromkeys([*trained, *known]) if each in known]

    def references(self, tables: StudyTables) -> list[str]:
        """The sets of images that near-pruning measures against."""
        nearest = tables.further.nearest
        return list(dict.fromkeys(nearest.loc[nearest["reference"].astype(bool), "of"]))

    def looks(self, tables: StudyTables) -> dict[str, Look]:
        """Each subset looks as the first arm that is trained on it."""
        arms = {arm["subset"]: tables.looks[name] for name, arm in reversed(tables.study["arms"].items())}
        return {subset: arms.get(subset, OF_NO_ARM) for subset in self.rows(tables)}


@figure("similarity")
class Similarity(_Rows):
    """Histograms of nearest-neighbour similarity of the test samples."""

    title = "How near test samples are to the training images"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        told = (
            "Histograms, over the samples of a test set, of the cosine similarity to the nearest image of each subset "
            "(of its draw 0), each as tall as its row; tick: median."
        )
        if references := self.references(tables):
            named = ", ".join(f"'{each}'" for each in references)
            told += f" Grey, and outlined in every row: the reference set {named}, which near-pruning measures against."
        return told

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns of, reference, testset, lowest, highest, samples, share, median; bins are those of the test set."""
        columns = ["of", "reference", "testset", "lowest", "highest", "samples", "share", "median"]
        nearest, found = tables.further.nearest, []
        for testset in tables.testsets_in(nearest):
            here = nearest[nearest["testset"] == testset]
            edges = np.linspace(here["similarity"].min(), here["similarity"].max() + 1e-9, BINS + 1)
            for (name, reference), rows in here.groupby(["of", "reference"], sort=False):
                counts, _ = np.histogram(rows["similarity"], edges)
                median = rows["similarity"].median()
                found += [
                    (name, reference, testset, low, high, count, count / len(rows), median)
                    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
                ]
        return pd.DataFrame(found, columns=columns)

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """References first, then a row per subset, the references outlined in each."""
        testsets, references, look = tables.testsets_in(frame), self.references(tables), self.looks(tables)
        rows = [*((True, each) for each in references), *((False, each) for each in look)]
        height = 0.35 + 0.27 * len(rows)
        with panels(len(testsets), most=4, above=0.4, height=height, sharey=True) as (drawn, grid, each):
            for testset, axes in zip(testsets, each, strict=True):
                here = frame[frame["testset"] == testset]
                for place, (reference, name) in enumerate(rows):
                    for other in references:
                        _outline(axes, here[here["reference"] & (here["of"] == other)], place)
                    own = here[(here["reference"] == reference) & (here["of"] == name)]
                    _fill(axes, own, place, FAINT if reference else look[name].colour)
                axes.set_title(words(testset))
                axes.locator_params(axis="x", nbins=4)
                axes.tick_params(axis="y", length=0)
            told = {name: f"{words(name)} (reference)" for name in references if "reference" not in name}
            named = [told.get(name, words(name)) if reference else words(name) for reference, name in rows]
            grid[0, 0].set_yticks([place - TALLEST / 2 for place in range(len(rows))], named)
            grid[0, 0].set_ylim(len(rows) - 0.9, -1)
            drawn.supxlabel("Cosine similarity to the nearest image")
            yield drawn, grid


def _fill(axes: Axes, bins: pd.DataFrame, place: int, colour: str) -> None:
    if bins.empty:
        return
    edges = [*bins["lowest"], bins["highest"].iloc[-1]]
    axes.stairs(place - _heights(bins), edges, baseline=place, fill=True, color=colour, alpha=0.75, linewidth=0)
    axes.plot([bins["median"].iloc[0]] * 2, [place, place - TALLEST], color=INK, linewidth=0.8, zorder=3)


def _outline(axes: Axes, bins: pd.DataFrame, place: int) -> None:
    if len(bins):
        edges = [*bins["lowest"], bins["highest"].iloc[-1]]
        axes.stairs(place - _heights(bins), edges, baseline=place, color="#555555", linewidth=0.6, zorder=2)


def _heights(bins: pd.DataFrame) -> np.ndarray:
    return TALLEST * bins["samples"].to_numpy(float) / bins["samples"].max()


@figure("similarity_gap")
class SimilarityGap(_Rows):
    """By how much test samples are nearer to a subset than to the reference set."""

    title = "Similarity gap between subsets and the reference set"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        named = ", ".join(f"'{each}'" for each in self.references(tables))
        return (
            "Per test sample the cosine similarity to the nearest image of a subset (of its draw 0) less that to the "
            f"nearest image of the reference set {named}: median (mark), middle half (thick) and middle 90 % (thin). "
            "Right: the share of the test samples that are nearer to the subset. After near-pruning for a test set "
            "none is."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns reference_set, of, testset, samples, nearer (a share), q05 ... q95; empty without a reference set."""
        columns = [
            "reference_set",
            "of",
            "testset",
            "samples",
            "nearer",
            *(f"q{100 * each:02.0f}" for each in QUANTILES),
        ]
        nearest, found = tables.further.nearest, []
        keys = ["testset", "testset_uid"]
        for reference in self.references(tables):
            theirs = nearest[nearest["reference"].astype(bool) & (nearest["of"] == reference)]
            for subset in self.rows(tables):
                ours = nearest[~nearest["reference"].astype(bool) & (nearest["of"] == subset)]
                both = ours.merge(theirs, on=keys, suffixes=("", "_of_reference"))
                both["gap"] = both["similarity"] - both["similarity_of_reference"]
                for testset in tables.testsets_in(both):
                    gap = both.loc[both["testset"] == testset, "gap"].to_numpy(float)
                    nearer = float((gap > ROUNDING).mean())
                    found.append((reference, subset, testset, len(gap), nearer, *np.quantile(gap, QUANTILES)))
        return pd.DataFrame(found, columns=columns)

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per reference set and test set."""
        look, rows = self.looks(tables), self.rows(tables)
        pairs = list(frame[["reference_set", "testset"]].drop_duplicates().itertuples(index=False))
        height = 0.35 + 0.2 * len(rows)
        with panels(len(pairs), most=4, above=0.4, height=height, sharey=True) as (drawn, grid, each):
            for (reference, testset), axes in zip(pairs, each, strict=True):
                here = frame[(frame["reference_set"] == reference) & (frame["testset"] == testset)]
                axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
                for row in here.itertuples():
                    place, of_row = rows.index(row.of), look[row.of]
                    axes.plot([row.q05, row.q95], [place] * 2, color=of_row.colour, linewidth=0.8)
                    axes.plot([row.q25, row.q75], [place] * 2, color=of_row.colour, linewidth=2.6, alpha=0.6)
                    axes.plot(row.q50, place, of_row.marker, color=of_row.colour)
                    beside = {"transform": axes.get_yaxis_transform(), "fontsize": 6, "va": "center", "ha": "right"}
                    axes.text(1.0, place - 0.38, f"{100 * row.nearer:.0f} %", **beside)
                several = f" ({words(reference)})" if frame["reference_set"].nunique() > 1 else ""
                axes.set_title(words(testset) + several)
                axes.locator_params(axis="x", nbins=4)
                axes.tick_params(axis="y", length=0)
            grid[0, 0].set_yticks(range(len(rows)), [words(row) for row in rows])
            grid[0, 0].set_ylim(len(rows) - 0.4, -0.7)
            drawn.supxlabel("Similarity to the subset less similarity to the reference set")
            yield drawn, grid
