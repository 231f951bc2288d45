"""The figure of a study's claims."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.figures.style import FAINT, PAGE, Look, canvas, interval, numbers
from clipcause.studies.claims import ABOUT_ZERO, NOT_SUPPORTED, SUPPORTED, least
from clipcause.studies.figures.figure import StudyTables, figure
from clipcause.studies.measures import claimed

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
            "Each claim is a difference between arms: estimate with its 95 % interval over test samples and seeds. "
            "Grey: the values that do not support the claim, by the margin that was set before the first run. "
            "Supported: the whole interval lies outside the grey; not supported: the whole interval lies in it."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, one row per claim that has an estimate."""
        told = [claim | {"measure": claimed(claim).name} for claim in tables.claims if claim["estimate"] is not None]
        return pd.DataFrame(told, columns=COLUMNS)

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A row per claim: its statement at the left, verdict and numbers at the right."""
        # Per claim, the values that do not support it: below what it expects at least, or outside both margins.
        about_zero = frame["expect"] == ABOUT_ZERO
        lowest = pd.Series([least(row.expect, row.margin) for row in frame.itertuples()], frame.index, dtype=float)
        ends = pd.concat([frame["low"], frame["high"], lowest, frame["margin"][about_zero], pd.Series([0.0])])
        room = 0.08 * (ends.max() - ends.min())
        left, right = ends.min() - room, ends.max() + room
        with canvas(PAGE, 0.5 + 0.5 * len(frame)) as (drawn, axes):
            for place, row in enumerate(frame.itertuples()):
                spans = [(left, lowest[row.Index])] + [(row.margin, right)] * bool(about_zero[row.Index])
                for low, high in spans:
                    axes.fill_betweenx([place - 0.38, place + 0.38], low, high, color="#EEEEEE", linewidth=0, zorder=0)
                interval(axes, place, row.estimate, row.low, row.high, LOOKS.get(row.verdict, UNDECIDED))
                beside = {"transform": axes.get_yaxis_transform(), "clip_on": False}
                axes.text(1.02, place - 0.02, row.verdict.capitalize(), va="bottom", weight="bold", **beside)
                axes.text(1.02, place + 0.02, numbers(row.estimate, row.low, row.high), va="top", fontsize=7, **beside)
            axes.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
            axes.set_yticks(range(len(frame)), ["\n".join(textwrap.wrap(text, 50)) for text in frame["statement"]])
            axes.tick_params(axis="y", length=0)
            axes.set_xlim(left, right)
            axes.set_ylim(len(frame) - 0.45, -0.55)
            units = sorted({claimed(claim).title for claim in tables.claims if claim["estimate"] is not None})
            axes.set_xlabel(f"Difference between arms ({units[0]})" if len(units) == 1 else "Difference between arms")
            yield drawn, axes
