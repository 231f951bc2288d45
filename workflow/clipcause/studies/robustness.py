"""Effective robustness: accuracy on a shifted test set beyond what accuracy in distribution (ID) lets expect.

Taori et al. 2020 (NeurIPS 33); Fang et al. 2022 (arXiv 2205.01397). Baselines, models trained on the ID training set
alone, fall on a line: logit(acc_S) = a logit(acc_ID) + b. Effective robustness of a model, in points of accuracy:

    rho = 100 (acc_S - sigmoid(a logit(acc_ID) + b)),     acc = (k + 0.5) / (n + 1) for k of n right.

Both accuracies are over the same classes. A shift with fewer classes than the ID set (ImageNet-A, -R) asks for counts
over the shared classes on both sides; with ID accuracy over all classes, as public tables have it, the line and rho
belong to that pair of numbers, and whoever shows them must say so. This module sees counts, so it cannot tell.

The line is an ordinary least squares fit, each baseline one point: seeds of one baseline are summed to one count. At
x = logit(acc_ID), with B baselines and s2 = their squared residuals / (B - 2), the fitted logit has the variance
s2 (1/B + (x - mean)^2 / Sxx), a new baseline s2 more; both intervals are Student's with B - 2 degrees of freedom.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from clipcause.errors import UserError
from clipcause.evaluation.measures import Described
from clipcause.studies.intervals import critical_value

FEWEST_BASELINES = 3
ENOUGH_BASELINES = 6
POINTS = 100.0
EFFECTIVE_ROBUSTNESS = Described("effective_robustness", "Effective robustness", -POINTS, POINTS)
LINE = [
    *("baselines", "slope", "intercept", "r_squared", "residual_variance"),
    *("id_logit_mean", "id_logit_squares", "id_logit_lowest", "id_logit_highest"),
]
"""Columns by which tables tell the line: the fields of `Line`, in their order."""


@dataclass(frozen=True)
class Counts:
    """Right answers of models on the ID test set and on a shift of it: four arrays that broadcast to one shape.

    Counts need not be whole: a weighted resample has fractions, and a published accuracy is accuracy times n right.
    """

    id_correct: np.ndarray
    id_total: np.ndarray
    shift_correct: np.ndarray
    shift_total: np.ndarray

    @property
    def id_logit(self) -> np.ndarray:
        """logit((k + 0.5) / (n + 1)) on the ID test set."""
        return logit(adjusted(self.id_correct, self.id_total))

    @property
    def shift_accuracy(self) -> np.ndarray:
        """(k + 0.5) / (n + 1) on the shift."""
        return adjusted(self.shift_correct, self.shift_total)


def adjusted(correct: np.ndarray, total: np.ndarray) -> np.ndarray:
    """(k + 0.5) / (n + 1): never 0 or 1, so that it has a logit."""
    return (np.asarray(correct) + 0.5) / (np.asarray(total) + 1)


@dataclass(frozen=True)
class Line:
    """A fit logit(acc_S) = slope logit(acc_ID) + intercept, or one per leading index (...), such as resamples.

    baselines           B, how many models
    r_squared           [...] share of the variance of logit(acc_S) that the line explains
    residual_variance   [...] s2, on the logit scale
    mean, squares       [...] mean of the baselines' ID logits, and their squared deviations from it, Sxx
    lowest, highest     [...] the range of the baselines' ID logits; outside of it the line extrapolates
    """

    baselines: int
    slope: np.ndarray
    intercept: np.ndarray
    r_squared: np.ndarray
    residual_variance: np.ndarray
    mean: np.ndarray
    squares: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray

    @property
    def degrees_of_freedom(self) -> int:
        """B - 2."""
        return self.baselines - 2

    def at(self, id_logit: np.ndarray) -> np.ndarray:
        """The logit of the shift accuracy expected of baselines with these ID logits, [..., K]."""
        return self.slope[..., None] * id_logit + self.intercept[..., None]

    def leverage(self, id_logit: np.ndarray) -> np.ndarray:
        """1/B + (x - mean)^2 / Sxx, [..., K]: the variance of the fitted logit over s2."""
        return 1 / self.baselines + (id_logit - self.mean[..., None]) ** 2 / self.squares[..., None]

    def band(self, id_logit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The shift accuracies between which the line that infinitely many baselines would have lies, each [..., K]."""
        reach = critical_value(self.degrees_of_freedom)
        reach = reach * np.sqrt(self.residual_variance[..., None] * self.leverage(id_logit))
        return expit(self.at(id_logit) - reach), expit(self.at(id_logit) + reach)

    def extrapolates(self, id_logit: np.ndarray) -> np.ndarray:
        """Whether ID logits are outside the range of the baselines, [..., K]."""
        return (id_logit < self.lowest[..., None]) | (id_logit > self.highest[..., None])


def line_of(row: Mapping[str, float]) -> Line:
    """The line that a row of a table tells in its columns LINE."""
    return Line(int(row["baselines"]), *(np.float64(row[column]) for column in LINE[1:]))


def fit_line(baselines: Counts) -> Line:
    """Fit the line to baselines [..., B], one fit per leading index.

    Raises UserError with fewer than three baselines, or if all have the same ID accuracy.
    """
    x, y = np.broadcast_arrays(baselines.id_logit, logit(baselines.shift_accuracy))
    count = x.shape[-1]
    if count < FEWEST_BASELINES:
        raise UserError(
            f"effective robustness: {count} baselines, and a line with an interval needs {FEWEST_BASELINES}; add "
            "models trained on the in-distribution training set alone, of other sizes or widths"
        )
    mean, mean_y = x.mean(axis=-1), y.mean(axis=-1)
    dx, dy = x - mean[..., None], y - mean_y[..., None]
    squares = (dx**2).sum(axis=-1)
    if (squares <= 1e-12).any():
        raise UserError(
            "effective robustness: all baselines have the same in-distribution accuracy; add models of other sizes or "
            "widths, so that there is a line"
        )
    slope = (dx * dy).sum(axis=-1) / squares
    residuals = (dy - slope[..., None] * dx) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        r_squared = 1 - residuals.sum(axis=-1) / (dy**2).sum(axis=-1)
    return Line(
        baselines=count,
        slope=slope,
        intercept=mean_y - slope * mean,
        r_squared=r_squared,
        residual_variance=residuals.sum(axis=-1) / (count - 2),
        mean=mean,
        squares=squares,
        lowest=x.min(axis=-1),
        highest=x.max(axis=-1),
    )


def effective_robustness(line: Line, models: Counts) -> np.ndarray:
    """rho in points of models [..., K], against one line, or one per leading index."""
    return POINTS * (models.shift_accuracy - expit(line.at(models.id_logit)))


class Robustness(NamedTuple):
    """Effective robustness of models [K] in points, with what the fit leaves open.

    low, high                        where rho lies for the line that infinitely many baselines would have
    baseline_low, baseline_high      where rho of one more baseline would lie, with the same confidence: about 0
    extrapolates                     whether the model's ID accuracy is outside the baselines' range
    """

    rho: np.ndarray
    low: np.ndarray
    high: np.ndarray
    baseline_low: np.ndarray
    baseline_high: np.ndarray
    extrapolates: np.ndarray


def robustness(line: Line, models: Counts) -> Robustness:
    """Effective robustness of models whose accuracies are taken as they are: public ones, with no resamples.

    The line's own interval and that of a new baseline are on the logit scale, then mapped to accuracy.
    """
    x, accuracy = models.id_logit, models.shift_accuracy
    fitted = line.at(x)
    low, high = line.band(x)
    reach = critical_value(line.degrees_of_freedom)
    of_baseline = reach * np.sqrt(line.residual_variance[..., None] * (line.leverage(x) + 1))
    return Robustness(
        rho=effective_robustness(line, models),
        low=POINTS * (accuracy - high),
        high=POINTS * (accuracy - low),
        baseline_low=POINTS * (expit(fitted - of_baseline) - expit(fitted)),
        baseline_high=POINTS * (expit(fitted + of_baseline) - expit(fitted)),
        extrapolates=line.extrapolates(x),
    )
