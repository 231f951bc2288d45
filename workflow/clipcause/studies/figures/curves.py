"""The figures that a study asks for under `curves`: measures against a number in which arms differ."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes

from clipcause.evaluation.readouts import OWN, readout
from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.panels import panels
from clipcause.figures.style import OUTLINE, Look, literal, looks, words
from clipcause.studies.figures.figure import ENDS, StudyTables
from clipcause.studies.measures import described, is_share

COLUMNS = ["line", "arm", "x", "measure", "testset", "readout", "attribute", "seed", "value", "low", "high"]
APART = 0.07  # share of the axis that two ticks are apart at least


def curve_figures(study: Mapping) -> dict[str, "Curve"]:
    """One figure per entry of a study's `curves`, by its file name."""
    return {f"curve_{name}": Curve(settings) for name, settings in study.get("curves", {}).items()}


class Curve:
    """Measures against a number, a line per entry of `lines`."""

    def __init__(self, settings: Mapping) -> None:
        self.settings = settings
        self.title = settings["title"]

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        told = [
            f"Each panel shows one measure on test set '{self.settings['testset']}' against: {self.settings['x']}. "
            "Large marks: means over seeds with 95 % intervals over test samples and seeds; small dots: seeds. "
            f"{' '.join(f'{line}: {self._arms(line)}.' for line in self.settings['lines'])}"
        ]
        if self.settings["attribute"] is not None:
            told.append(f"Bias is about the attribute '{self.settings['attribute']}'.")
        shown = set(self.frame(tables)["measure"])
        if missing := [described(name).title for name in self.settings["measures"] if name not in shown]:
            told.append(f"Not measured on this test set: {'; '.join(missing)}.")
        if self.settings["readout"] != OWN:
            told.append(f"Read out by {readout(self.settings['readout']).title}.")
        return " ".join(told)

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, shares in per cent; rows of single seeds have a seed; arms without a measure have no row."""
        asked, all_estimates = self.settings, tables.estimates
        frame = all_estimates[
            all_estimates["measure"].isin(asked["measures"])
            & (all_estimates["testset"] == asked["testset"])
            & (all_estimates["readout"].isna() | (all_estimates["readout"] == asked["readout"]))
            & (all_estimates["attribute"].isna() | (all_estimates["attribute"] == asked["attribute"]))
            & all_estimates["value"].notna()
        ]
        places = [(line, arm, x) for line, arms in asked["lines"].items() for arm, x in arms.items()]
        frame = pd.DataFrame(places, columns=["line", "arm", "x"]).merge(frame, on="arm")[COLUMNS]
        factor = frame["measure"].map(_factor).astype(float)
        return frame.assign(**{name: factor * frame[name] for name in ENDS})

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per measure that some arm has, in the order asked for."""
        measures = [name for name in self.settings["measures"] if name in set(frame["measure"])]
        look = looks(list(self.settings["lines"]))
        above = 0.3 + legend_height(list(look))
        with panels(len(measures), most=3, above=above, height=2.0) as (drawn, grid, each):
            for measure, axes in zip(measures, each, strict=True):
                self._panel(axes, frame[frame["measure"] == measure], measure, look)
            drawn.supxlabel(literal(self.settings["x"]))
            draw_legend(drawn, grid[0, 0], look)
            yield drawn, grid

    def _panel(self, axes: Axes, points: pd.DataFrame, measure: str, look: Mapping[str, Look]) -> None:
        if self.settings["logarithmic"]:
            axes.set_xscale("log")
        for line, of_line in look.items():
            own = points[points["line"] == line].sort_values("x", kind="stable")
            means, seeds = own[own["seed"].isna()], own[own["seed"].notna()]
            axes.vlines(means["x"], means["low"], means["high"], color=of_line.colour, linewidth=1.4, zorder=2)
            axes.plot(means["x"], means["value"], color=of_line.colour, alpha=0.6, zorder=1)
            axes.plot(means["x"], means["value"], of_line.marker, color=of_line.colour, zorder=4, **OUTLINE)
            axes.plot(seeds["x"], seeds["value"], ".", color=of_line.colour, markersize=3, alpha=0.6, zorder=3)
        axes.margins(x=0.08)
        places = _apart(sorted(points["x"].unique()), axes)
        axes.set_xticks(places, [f"{place:,g}" for place in places])
        axes.minorticks_off()
        axes.grid(True, axis="y")
        unit = " (%)" if _factor(measure) != 1 else ""
        axes.set_title("\n".join(textwrap.wrap(literal(described(measure).title) + unit, 34)))

    def _arms(self, line: str) -> str:
        return ", ".join(f"{words(arm)} at {x:,g}" for arm, x in self.settings["lines"][line].items())


def _factor(measure: str) -> float:
    """What values of a measure are multiplied by: shares stand in per cent."""
    return 100.0 if is_share(described(measure)) else 1.0


def _apart(places: Sequence[float], axes: Axes) -> list[float]:
    """The places, from the largest on, whose ticks do not run into each other."""
    axes.get_xlim()  # matplotlib works the limits out when they are asked for
    on_axis = axes.transAxes.inverted().transform(axes.transData.transform([(place, 0) for place in places]))[:, 0]
    kept: list[tuple[float, float]] = []
    for place, at in sorted(zip(places, on_axis, strict=True), reverse=True):
        if not kept or kept[-1][1] - at >= APART:
            kept.append((place, at))
    return [place for place, _ in reversed(kept)]
