"""The figure of effective robustness: accuracy on each shift against accuracy on the ID test set."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes

from clipcause.evaluation.readouts import OWN, readout
from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.panels import panels
from clipcause.figures.style import OUTLINE, Look, numbers, words
from clipcause.studies.figures.figure import StudyTables, figure
from clipcause.studies.figures.shift_panel import draw_line, logit_axes
from clipcause.studies.robustness import ENOUGH_BASELINES, LINE, line_of
from clipcause.studies.shifts import few_baselines

ID, SHIFT = ("id_accuracy", "id_low", "id_high"), ("shift_accuracy", "shift_low", "shift_high")
LONGEST = 44  # letters of a line under a panel, where three stand side by side
BASELINE = Look("#555555", "x")
COLUMNS = [
    *("arm", "testset", "reference", "baseline", *ID, *SHIFT),
    *("expected", "effective_robustness", "low", "high", "extrapolates"),
    *LINE,
]


@figure("robustness")
class AccuracyOnShifts:
    """Accuracy on each shift against accuracy on the ID test set (Fang et al. 2022; Taori et al. 2020)."""

    title = "Accuracy on shifts against accuracy in distribution"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        frame, asked = self.frame(tables), tables.study["robustness"]
        told = [
            f"Accuracy on each shift against accuracy on test set '{asked['reference']}', over the classes that both "
            "share; axes are logits. Crosses: the baselines; line: fitted to them, with its 95 % band; dashed where it "
            "extrapolates. Other marks: arms, means over seeds with 95 % intervals over test samples and seeds. "
            "ρ, in points: effective robustness, by how much an arm is above the line, with its interval over test "
            "samples, seeds and the fit."
        ]
        if (baselines := int(frame["baselines"].min())) < ENOUGH_BASELINES:
            told.append(f"Caution: {few_baselines(baselines)}.")
        if len(beyond := frame[frame["extrapolates"]]["arm"].unique()):
            told.append(f"Extrapolated, since no baseline is so accurate or so poor: {', '.join(map(words, beyond))}.")
        if asked["readout"] != OWN:
            told.append(f"Read out by {readout(asked['readout']).title}.")
        return " ".join(told)

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, means over seeds; empty for a study that does not ask for effective robustness."""
        return tables.robustness[tables.robustness["seed"].isna()][COLUMNS]

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A panel per shift; under each the effective robustness of every arm that is no baseline."""
        shifts = list(frame["testset"].unique())
        others = tables.arms_in(frame[~frame["baseline"]])
        look = tables.looks
        entries = {"Baselines": BASELINE} | {words(arm): look[arm] for arm in others}
        told = {
            (row.testset, row.arm): f"{words(row.arm)}: ρ = {numbers(row.effective_robustness, row.low, row.high, 1)}"
            for row in frame.itertuples()
            if row.arm in others
        }
        most = 3 if max(map(len, told.values()), default=0) <= LONGEST else 2
        above, height = 0.3 + legend_height(list(entries)), 2.0 + 0.14 * len(others)
        with panels(len(shifts), most=most, above=above, height=height) as (drawn, grid, each):
            for shift, axes in zip(shifts, each, strict=True):
                points = frame[frame["testset"] == shift]
                logit_axes(axes, points[list(ID)].to_numpy(), points[list(SHIFT)].to_numpy())
                draw_line(axes, line_of(points.iloc[0]))
                for row in points.sort_values("baseline", ascending=False, kind="stable").itertuples():
                    _cross(axes, row, BASELINE if row.baseline else look[row.arm])
                of_shift = [told[shift, arm] for arm in others if (shift, arm) in told]
                r_squared = points["r_squared"].iloc[0]
                axes.set_title(f"{words(shift)} (R² {r_squared:.2f}, {points['baselines'].iloc[0]} baselines)")
                axes.set_xlabel("\n".join(of_shift), fontsize=6, loc="left")
            drawn.supxlabel(f"Accuracy on {words(frame['reference'].iloc[0])} (%)")
            drawn.supylabel("Accuracy on the shift (%)")
            draw_legend(drawn, grid[0, 0], entries, line="")
            yield drawn, grid


def _cross(axes: Axes, row: tuple, look: Look) -> None:
    """Draw one arm with the intervals of both its accuracies."""
    drawn = {"color": look.colour, "linewidth": 1, "zorder": 2}
    axes.plot([row.id_low, row.id_high], [row.shift_accuracy] * 2, **drawn)
    axes.plot([row.id_accuracy] * 2, [row.shift_low, row.shift_high], **drawn)
    outline = {} if look is BASELINE else OUTLINE
    axes.plot(row.id_accuracy, row.shift_accuracy, look.marker, color=look.colour, zorder=3, **outline)
