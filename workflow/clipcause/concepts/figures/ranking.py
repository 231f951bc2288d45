"""Figures of the ranking of concepts by frequency."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from clipcause.concepts.figures.tables import FrequencyTables, figure
from clipcause.concepts.zipf import fit_zipf
from clipcause.figures.style import FAINT, PAGE, canvas, interval, literal, looks, numbers

ENDS = 10  # concepts at each end
MOST = 7  # counts in one figure


@figure("rank_frequency")
class RankFrequency:
    """Captions per concept by rank, with the fitted power law of each count."""

    title = "Concept frequency by rank"

    def caption(self, tables: FrequencyTables) -> str:
        """See Figure."""
        return (
            f"How many captions mention each concept of '{tables.vocabulary}', on logarithmic axes; concepts "
            "that no caption mentions are left out. Lines: the fitted power laws, frequency ~ rank^-s, with Zipf's "
            "exponent s and its 95 % interval over concepts (Gabaix and Ibragimov 2011)."
        )

    def frame(self, tables: FrequencyTables) -> pd.DataFrame:
        """Columns counted, rank, concept, name, captions, share, low, high, exponent, its low and high, fitted."""
        return pd.concat([self._of(tables, name) for name in list(tables.counted)[:MOST]], ignore_index=True)

    def _of(self, tables: FrequencyTables, name: str) -> pd.DataFrame:
        frame = tables.frame(name)
        frame = frame[frame["captions"] > 0].assign(counted=name)
        zipf = fit_zipf(tables.counted[name].captions)
        exponent, low, high, scale = zipf or (np.nan,) * 4
        frame = frame.assign(exponent=exponent, exponent_low=low, exponent_high=high)
        frame["fitted"] = scale * frame["rank"] ** -exponent
        first = ["counted", "rank", "concept", "name"]
        return frame[first + [column for column in frame if column not in first]]

    @contextmanager
    def draw(self, tables: FrequencyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """One panel; a mark per concept, a line per count."""
        look = looks(list(tables.counted))
        with canvas(PAGE * 0.75, 3.1) as (drawn, axes):
            for name, points in frame.groupby("counted", sort=False):
                first = points.iloc[0]
                label = name
                if np.isfinite(first.exponent):
                    label += f"   s = {numbers(first.exponent, first.exponent_low, first.exponent_high)}"
                    axes.plot(points["rank"], points["fitted"], color=look[name].colour, alpha=0.5, linewidth=0.9)
                axes.plot(
                    points["rank"],
                    points["captions"],
                    look[name].marker,
                    color=look[name].colour,
                    markersize=3,
                    label=label,
                )
            axes.set(xscale="log", yscale="log", xlabel="Rank of the concept", ylabel="Captions that mention it")
            axes.grid(which="major")
            axes.legend(loc="lower left")
            yield drawn, axes


@figure("ends_of_ranking")
class EndsOfRanking:
    """The most and the least frequent concepts of the first count."""

    title = "Most and least frequent concepts"

    def caption(self, tables: FrequencyTables) -> str:
        """See Figure."""
        return (
            f"Share of the captions of {tables.first} that mention a concept of '{tables.vocabulary}', for the {ENDS} "
            "most (left) and least frequent concepts (right), with Wilson's 95 % intervals over captions."
        )

    def frame(self, tables: FrequencyTables) -> pd.DataFrame:
        """Columns end (most, least), concept, name, captions, rank, and in per cent share, low, high."""
        frame = tables.frame(tables.first)
        frame = frame.assign(**{column: 100 * frame[column] for column in ("share", "low", "high")})
        size = min(ENDS, len(frame) // 2)
        ends = {"most": frame.head(size), "least": frame.tail(size)}
        listed = pd.concat([part.assign(end=end) for end, part in ends.items()], ignore_index=True)
        return listed[["end", "concept", "name", "captions", "rank", "share", "low", "high"]]

    @contextmanager
    def draw(self, tables: FrequencyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Two panels, a row per concept."""
        rows = len(frame) // 2
        look = looks([tables.first])[tables.first]
        with canvas(PAGE, 0.6 + 0.17 * rows, 1, 2) as (drawn, panels):
            for axes, (end, part) in zip(panels, frame.groupby("end", sort=False), strict=True):
                for place, row in enumerate(part.itertuples()):
                    interval(axes, place, row.share, row.low, row.high, look)
                axes.set_yticks(range(rows), map(literal, part["name"]))
                axes.set_ylim(rows - 0.5, -0.5)
                axes.set_xlim(left=0)
                axes.tick_params(axis="y", length=0)
                axes.grid(axis="x")
                axes.axvline(0, color=FAINT, linewidth=0.8)
                axes.set_title(f"{end.capitalize()} frequent")
                axes.set_xlabel("Share of the captions (%)")
            yield drawn, panels
