"""The figure of a study's claims."""

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes

from clipcause.figures.style import FAINT, PAGE, Look, canvas, interval, numbers
from clipcause.studies.claims import ABOUT_ZERO, NOT_SUPPORTED, SUPPORTED, least
from clipcause.studies.figures.figure import StudyTables, figure
from clipcause.studies.figures.rows import name_rows
from clipcause.studies.measures import claimed, is_in_points, is_share

COLUMNS = [
    "name",
    "statement",
    "measure",
    "testset",
    "readout",
    "expect",
    "margin",
    "estimate",
    "low",
    "high",
    "verdict",
    "unit",
]
LOOKS = {SUPPORTED: Look("#0072B2", "o"), NOT_SUPPORTED: Look("#D55E00", "X")}
UNDECIDED = Look("#777777", "D")


@figure("claims")
class Claims:
    """Estimate, interval and margin of every claim."""

    title = "Claims"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            "Each claim is a difference between arms: estimate with its 95 % interval over test samples and seeds; "
            "differences of shares are in points. "
            "Grey: the values that do not support the claim, by the margin that was set before the first run. "
            "Supported: the whole interval lies outside the grey; not supported: the whole interval lies in it."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, one row per claim that has an estimate; differences of shares in points."""
        return pd.DataFrame([_told(each) for each in tables.claims if each["estimate"] is not None], columns=COLUMNS)

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per unit, a row per claim: its statement at the left, verdict and numbers at the right."""
        titles = {claim["name"]: claimed(claim).title for claim in tables.claims if claim["estimate"] is not None}
        parts = [rows.reset_index(drop=True) for _, rows in frame.groupby("unit", sort=False)]
        height = 0.5 * len(parts) + 0.5 * len(frame)
        shares = [1 + len(rows) for rows in parts]
        with canvas(PAGE, height, len(parts), 1, squeeze=False, height_ratios=shares) as (drawn, grid):
            for rows, axes in zip(parts, grid[:, 0], strict=True):
                _draw_claims(axes, rows)
                measured = {titles[name] for name in rows["name"]}
                about = [*(measured if len(measured) == 1 else ()), *filter(None, [rows["unit"].iloc[0]])]
                axes.set_xlabel("Difference between arms" + (f" ({', '.join(about)})" if about else ""))
            yield drawn, grid


def _told(claim: Mapping) -> dict:
    """A row of the figure's table: what is a difference of shares, or of relative cuts, is in points."""
    about = claimed(claim)
    of_shares = is_share(about) or claim["cut"] is not None
    factor, unit = (100.0, "points") if of_shares else (1.0, "points" if is_in_points(about) else "")
    scaled = {key: factor * claim[key] for key in ("margin", "estimate", "low", "high")}
    return {**claim, **scaled, "measure": about.name, "unit": unit}


def _draw_claims(axes: Axes, frame: pd.DataFrame) -> None:
    """Draw claims of one unit below one another, on one axis."""
    # Per claim, the values that do not support it: below what it expects at least, or outside both margins.
    about_zero = frame["expect"] == ABOUT_ZERO
    lowest = pd.Series([least(row.expect, row.margin) for row in frame.itertuples()], frame.index, dtype=float)
    ends = pd.concat([frame["low"], frame["high"], lowest, frame["margin"][about_zero], pd.Series([0.0])])
    room = 0.08 * (ends.max() - ends.min())
    left, right = ends.min() - room, ends.max() + room
    for place, row in enumerate(frame.itertuples()):
        spans = [(left, lowest[row.Index])] + [(row.margin, right)] * bool(about_zero[row.Index])
        for low, high in spans:
            axes.fill_betweenx([place - 0.38, place + 0.38], low, high, color="#EEEEEE", linewidth=0, zorder=0)
        interval(axes, place, row.estimate, row.low, row.high, LOOKS.get(row.verdict, UNDECIDED))
        beside = {"transform": axes.get_yaxis_transform(), "clip_on": False}
        axes.text(1.02, place - 0.02, row.verdict.capitalize(), va="bottom", weight="bold", **beside)
        told = numbers(row.estimate, row.low, row.high, 1 if row.unit else 2)
        axes.text(1.02, place + 0.02, told, va="top", fontsize=7, **beside)
    axes.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
    name_rows(axes, ["\n".join(textwrap.wrap(text, 50)) for text in frame["statement"]])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left, right)
