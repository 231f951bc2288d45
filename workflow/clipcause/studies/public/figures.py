"""Figures of public models: accuracy on shifts against accuracy in distribution, and frequency against accuracy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from clipcause.figures.drawing import registry
from clipcause.figures.legend import draw_legend
from clipcause.figures.panels import panels
from clipcause.figures.style import FAINT, OUTLINE, PAGE, Look, canvas, interval, looks
from clipcause.studies.figures.rows import name_rows
from clipcause.studies.figures.shift_panel import draw_line, logit_axes
from clipcause.studies.public.pools import OTHERS
from clipcause.studies.robustness import line_of


@dataclass(frozen=True)
class PublicTables:
    """The two tables of `tables.py`; `correlations` may be empty."""

    robustness: pd.DataFrame
    correlations: pd.DataFrame


BASELINE = Look("#AAAAAA", ".")
PUBLIC_FIGURES, public_figure = registry()
DRAWN = [
    *("model", "pretraining", "pool", "maker", "testset", "baseline", "id_accuracy", "shift_accuracy"),
    *("effective_robustness", "low", "high", "extrapolates"),
]


@public_figure("robustness")
class PublicRobustness:
    """Accuracy of public models on ImageNet's shifts against that on ImageNet (Fang et al. 2022)."""

    title = "Accuracy on ImageNet's shifts against accuracy on ImageNet"

    def caption(self, tables: PublicTables) -> str:
        """See Figure."""
        frame = tables.robustness
        models = len(frame[~frame["baseline"]].drop_duplicates(["model", "pretraining"]))
        beyond = (frame["extrapolates"] & ~frame["baseline"]).groupby(frame["testset"]).sum().max()
        few = frame[frame["classes"] < frame["classes"].max()]
        part = ""
        if len(few):
            named = " and ".join(few["testset"].unique())
            part = f" {named} have {few['classes'].iloc[0]} of its classes; accuracy on ImageNet is over all of them."
        return (
            f"{models} public CLIP models, by who made the pool that they were trained on, and "
            f"{frame['baselines'].max():,} models trained on ImageNet alone (grey), the baselines; axes are logits. "
            "Line: fitted to the baselines, with its 95 % band; dashed where it extrapolates. Effective robustness is "
            f"how far a model is above the line.{part} {beyond} models are less or more accurate on ImageNet than "
            "every baseline."
        )

    def frame(self, tables: PublicTables) -> pd.DataFrame:
        """Columns DRAWN, models and baselines, to six decimals."""
        return tables.robustness[DRAWN].round(6)

    @contextmanager
    def draw(self, tables: PublicTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per shift."""
        shifts = list(frame["testset"].unique())
        makers = list(dict.fromkeys(sorted(frame["maker"].dropna(), key=_last)))
        look = looks(makers)
        with panels(len(shifts), most=2, above=0.6, height=2.6) as (drawn, grid, each):
            for shift, axes in zip(shifts, each, strict=True):
                points = frame[frame["testset"] == shift]
                about = tables.robustness[tables.robustness["testset"] == shift].iloc[0]
                logit_axes(axes, points["id_accuracy"].to_numpy(), points["shift_accuracy"].to_numpy())
                draw_line(axes, line_of(about))
                baselines = points[points["baseline"]]
                axes.plot(
                    baselines["id_accuracy"],
                    baselines["shift_accuracy"],
                    BASELINE.marker,
                    color=BASELINE.colour,
                    markersize=2,
                    zorder=1.5,
                    rasterized=True,  # a thousand marks per panel, as shapes, are megabytes of SVG
                )
                for maker in makers:
                    of_maker = points[points["maker"] == maker]
                    at = of_maker["id_accuracy"], of_maker["shift_accuracy"]
                    axes.plot(*at, look[maker].marker, color=look[maker].colour, markersize=3.6, zorder=3, **OUTLINE)
                axes.set_title(f"{shift} (R² {about['r_squared']:.2f})")
            drawn.supxlabel("Accuracy on ImageNet (%)")
            drawn.supylabel("Accuracy on the shift (%)")
            draw_legend(drawn, grid[0, 0], {"ImageNet alone": BASELINE} | look, line="")
            yield drawn, grid


@public_figure("frequency_correlations")
class PublicCorrelations:
    """How far public models' accuracy follows class frequency in their pools (Wen et al. 2024)."""

    title = "Class frequency and accuracy of public models"

    def caption(self, tables: PublicTables) -> str:
        """See Figure."""
        return (
            "Spearman's rank correlation of how many captions of a model's pool mention a class with its zero-shot "
            "accuracy on ImageNet, by how captions are matched; 95 % intervals over test samples."
        )

    def frame(self, tables: PublicTables) -> pd.DataFrame:
        """The whole table, pools in the order of how far accuracy follows frequency."""
        means = tables.correlations.groupby("pretraining")["corr_acc"].mean()
        place = {pool: number for number, pool in enumerate(means.sort_values(ascending=False).index)}
        return tables.correlations.sort_values("pretraining", key=lambda pools: pools.map(place), kind="stable")

    @contextmanager
    def draw(self, tables: PublicTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A row per model and pool, the ways of matching below one another in it."""
        rows, ways = list(dict.fromkeys(_titled(frame))), list(frame["matching"].unique())
        look = looks(ways)
        with canvas(PAGE, 0.6 + 0.25 * len(rows)) as (drawn, axes):
            for title, row in zip(_titled(frame), frame.itertuples(), strict=True):
                place = rows.index(title) + 0.3 * (ways.index(row.matching) - (len(ways) - 1) / 2)
                interval(axes, place, row.corr_acc, row.low, row.high, look[row.matching])
            axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
            name_rows(axes, rows)
            axes.set_xlabel("Spearman's ρ of class frequency with accuracy")
            draw_legend(drawn, axes, look, line="")
            yield drawn, axes


def _titled(frame: pd.DataFrame) -> list[str]:
    return [f"{model} on {pool}" for model, pool in zip(frame["model"], frame["pretraining"], strict=True)]


def _last(maker: str) -> tuple[bool, str]:
    """A sort key by name, what has none of its own at the end."""
    return maker == OTHERS, maker
