"""Accuracy on a shift against accuracy in distribution: logit axes, and the line through the baselines."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from scipy.special import expit, logit

from clipcause.figures.style import FAINT
from clipcause.studies.robustness import Line

SHARES = (0.001, 0.01, 0.02, 0.05, *(tenth / 10 for tenth in range(1, 10)), 0.95, 0.98, 0.99, 0.999)
LEAST, MOST, FEWEST = 3, 7, 1e-4


def logit_axes(axes: Axes, id_accuracy: np.ndarray, shift_accuracy: np.ndarray) -> None:
    """Give both axes the logit scale, with room for these accuracies and ticks at round per cents."""
    for axis, values in ((axes.xaxis, id_accuracy), (axes.yaxis, shift_accuracy)):
        values = np.clip(values, FEWEST, 1 - FEWEST)
        ends = logit(np.min(values)), logit(np.max(values))
        room = 0.06 * (ends[1] - ends[0]) + 0.05
        low, high = expit(ends[0] - room), expit(ends[1] + room)
        scale, limit = (axes.set_xscale, axes.set_xlim) if axis is axes.xaxis else (axes.set_yscale, axes.set_ylim)
        scale("logit")
        limit(low, high)
        inside = [share for share in SHARES if low <= share <= high]
        step = -(-len(inside) // MOST)
        axis.set_major_locator(FixedLocator(inside[::step] if len(inside) >= LEAST else [low, high]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}"))
    axes.grid(True)


def draw_line(axes: Axes, line: Line) -> None:
    """Draw the line and its 95 % band over the width of the axes, dashed where it extrapolates."""
    left, right = logit(np.array(axes.get_xlim()))
    x = np.linspace(left, right, 200)
    low, high = line.band(x)
    axes.fill_between(expit(x), low, high, color="#DDDDDD", linewidth=0, zorder=0.5)
    axes.plot(expit(x), expit(line.at(x)), "--", color=FAINT, linewidth=0.9, zorder=1)
    within = x[(x >= line.lowest) & (x <= line.highest)]
    axes.plot(expit(within), expit(line.at(within)), color="#777777", linewidth=1.1, zorder=1)
