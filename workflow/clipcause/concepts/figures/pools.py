"""The figure that sets the concept frequencies of one pool or subset against those of others."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.stats import spearmanr

from clipcause.concepts.figures.tables import FrequencyTables, figure
from clipcause.figures.style import FAINT, OUTLINE, PAGE, canvas, literal, looks

MOST = 6  # panels


@figure("pool_against_pool")
class PoolAgainstPool:
    """Shares in the first count against shares in each other."""

    title = "Concept frequencies of one pool against another"

    def caption(self, tables: FrequencyTables) -> str:
        """See Figure."""
        return (
            f"Share of the captions that mention each concept of '{tables.vocabulary}', in {tables.first} (horizontal) "
            "and in another pool or subset (vertical), with Wilson's 95 % intervals over captions. Both axes are "
            "logarithmic; concepts that one of the two never mentions are left out. Grey line: equal shares. ρ: "
            "Spearman's rank correlation over all concepts. Named: the concepts that gain and lose most, as a factor."
        )

    def frame(self, tables: FrequencyTables) -> pd.DataFrame:
        """Columns concept, name, first, other, rank_correlation; in per cent share, low, high, _first and _other."""
        first = self._shares(tables, tables.first)
        pairs = []
        for other in list(tables.counted)[1 : MOST + 1]:
            pair = first.merge(self._shares(tables, other), on=["concept", "name"], suffixes=("_first", "_other"))
            pair.insert(2, "first", tables.first)
            pair.insert(3, "other", other)
            if ((pair["share_first"] > 0) & (pair["share_other"] > 0)).any():
                pairs.append(pair.assign(rank_correlation=_rank_correlation(pair)))
        return pd.concat(pairs, ignore_index=True) if pairs else pd.DataFrame()

    @contextmanager
    def draw(self, tables: FrequencyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A square panel per pair."""
        others = list(dict.fromkeys(frame["other"]))
        columns = min(len(others), 3)
        rows = -(-len(others) // columns)
        width = PAGE * columns / 3
        options = {"sharex": True, "sharey": True, "squeeze": False}
        with canvas(width, 0.3 + 2.35 * rows, rows, columns, **options) as (drawn, grid):
            for axes, other in zip(grid.flat, others, strict=False):
                self._panel(axes, tables, frame[frame["other"] == other], other)
            for axes in grid.flat[len(others) :]:
                axes.set_visible(False)
            for axes in grid.flat[max(0, len(others) - columns) : len(others)]:
                axes.tick_params(labelbottom=True)
                axes.set_xlabel(f"Share in {tables.first} (%)")
            yield drawn, grid

    def _panel(self, axes: Axes, tables: FrequencyTables, pair: pd.DataFrame, other: str) -> None:
        look = looks(list(tables.counted))[other]
        seen = pair[(pair["share_first"] > 0) & (pair["share_other"] > 0)]
        x, y = seen["share_first"].to_numpy(), seen["share_other"].to_numpy()
        errors = {
            axis: np.abs(seen[[f"low_{end}", f"high_{end}"]].to_numpy() - seen[[f"share_{end}"]].to_numpy()).T
            for axis, end in (("xerr", "first"), ("yerr", "other"))
        }
        axes.errorbar(x, y, **errors, fmt="none", ecolor=look.colour, alpha=0.35, elinewidth=0.9)
        axes.plot(x, y, look.marker, color=look.colour, markersize=3.4, **OUTLINE)
        axes.set(xscale="log", yscale="log", ylabel=f"Share in {other} (%)")
        if len(seen):
            ends = [min(x.min(), y.min()), max(x.max(), y.max())]
            axes.plot(ends, ends, color=FAINT, linewidth=0.8, zorder=0)
            for furthest in (np.argmax(y / x), np.argmin(y / x)):
                row = seen.iloc[furthest]
                at = (row["share_first"], row["share_other"])
                beside = {"textcoords": "offset points", "fontsize": 6.5, "va": "bottom", "ha": "center"}
                axes.annotate(literal(row["name"]), at, (0, 5), **beside)
        axes.set_title(other, pad=14)
        correlation = f"ρ = {pair['rank_correlation'].iloc[0]:.2f}".replace("-", "−")
        axes.annotate(correlation, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", fontsize=7)

    def _shares(self, tables: FrequencyTables, name: str) -> pd.DataFrame:
        frame = tables.frame(name)
        percent = {column: 100 * frame[column] for column in ("share", "low", "high")}
        return frame[["concept", "name"]].assign(**percent)


def _rank_correlation(pair: pd.DataFrame) -> float:
    """Spearman's correlation of two shares; NaN if one of them is the same for all concepts."""
    if pair["share_first"].nunique() < 2 or pair["share_other"].nunique() < 2:
        return np.nan
    return float(spearmanr(pair["share_first"], pair["share_other"]).statistic)
