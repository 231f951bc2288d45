"""Intervals of effective robustness for our own runs: test samples, training seeds, and the baselines' scatter.

Three chances: which test samples were drawn (the paired bootstrap moves the line, too: it is fitted again on every
resample), which seeds (pooled as in intervals.py), and which baselines the line was fitted to. The last is the theory
of regression. A contrast sum_a c_a rho_a depends on the line through sum_a c_a mean_s sigmoid(slope x_as + intercept),
whose gradient in (intercept, slope at the mean x) is g = sum_a c_a mean_s p_as (1 - p_as) (1, x_as - mean), so that

    variance of the line's part = s2 (g_0^2 / B + g_1^2 / Sxx),     with B - 2 degrees of freedom.

The baselines' residuals s2 also hold what chance of the test samples put there, which the bootstrap counts already: s2
less the residual variance of the resampled deviations of the baselines about their own line, at least 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from clipcause.evaluation.measures import MEASURES
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval, critical_value, seed_degrees
from clipcause.studies.robustness import POINTS, Counts, effective_robustness, fit_line


@dataclass(frozen=True)
class SampledCounts:
    """Counts of models on the test samples as they are, [K], and under R resamples that all models share, [R, K]."""

    observed: Counts
    resampled: Counts


def robustness_interval(
    contrast: Mapping[str, float],
    families: Mapping[str, str],
    arms: Mapping[str, SampledCounts],
    baselines: SampledCounts,
) -> Interval:
    """The interval of sum_a contrast[a] * mean over seeds of rho of arm a, in points.

    arms: per arm the counts of its S seeds, as in contrast_interval all arms of the study, with their objective
    families; baselines: the counts of B baselines. The seed_variance of the interval holds the line's part.
    Raises UserError if no line can be fitted.
    """
    values = robustness_values(families, arms, baselines)
    of_seeds = min(max(seed_degrees(values, families[name]), 1) for name in contrast)
    return widened(
        contrast_interval(contrast, values),
        of_seeds,
        line_variance(contrast, arms, baselines),
        fit_line(baselines.observed).degrees_of_freedom,
    )


def robustness_values(
    families: Mapping[str, str], arms: Mapping[str, SampledCounts], baselines: SampledCounts
) -> dict[str, ArmValues]:
    """rho of every arm in points, per seed and resample, the line fitted again on each resample."""
    line, lines = fit_line(baselines.observed), fit_line(baselines.resampled)
    found = {}
    for name, arm in arms.items():
        spread = POINTS * MEASURES["accuracy"].spread(arm.observed.shift_accuracy.mean())
        found[name] = ArmValues(
            families[name],
            effective_robustness(line, arm.observed),
            effective_robustness(lines, arm.resampled),
            spread,
        )
    return found


class Gradient(NamedTuple):
    """How a contrast changes, in points, with the intercept of the line, and with its slope about the mean ID logit."""

    height: float
    tilt: float


class LineShare(NamedTuple):
    """The gradient of a contrast in the line of one shift, and the baselines [B] of that line."""

    height: float
    tilt: float
    baselines: SampledCounts


def line_gradient(
    contrast: Mapping[str, float], arms: Mapping[str, SampledCounts], baselines: SampledCounts
) -> Gradient:
    """The gradient g of a contrast of arms (module docstring)."""
    line = fit_line(baselines.observed)
    height = tilt = 0.0
    for name, c in contrast.items():
        x = arms[name].observed.id_logit
        expected = expit(line.at(x))
        slope = POINTS * expected * (1 - expected)
        height += c * slope.mean()
        tilt += c * (slope * (x - line.mean)).mean()
    return Gradient(height, tilt)


def add_gradients(gradients: Iterable[Gradient]) -> Gradient:
    """The gradient of a sum of contrasts in the same line."""
    return Gradient(*map(sum, zip(*gradients, strict=True)))


def line_variance(contrast: Mapping[str, float], arms: Mapping[str, SampledCounts], baselines: SampledCounts) -> float:
    """Variance, in squared points, that the scatter of the baselines about their line gives the contrast."""
    return lines_variance([LineShare(*line_gradient(contrast, arms, baselines), baselines)])


def lines_variance(shares: Sequence[LineShare]) -> float:
    """The same of a contrast that hangs on the lines of several shifts through the same baselines.

    A baseline's deviation on shift t counts with l_t = g_0 / B + g_1 (x_t - mean) / Sxx, so that the variance is the
    sum over t, u of C_tu l_t . l_u, with C_tu = sum over baselines of their residuals' products / (B - 2), less that of
    the resampled deviations; with one shift s2 (g_0^2 / B + g_1^2 / Sxx) as above. At least 0.
    """
    weights, residuals, deviations = zip(*map(_about_the_line, shares), strict=True)
    total = 0.0
    for t in range(len(shares)):
        for u in range(len(shares)):
            of_samples = (deviations[t] * deviations[u]).sum(axis=-1).mean()
            total += (residuals[t] @ residuals[u] - of_samples) * (weights[t] @ weights[u])
    return max(float(total) / (len(weights[0]) - 2), 0.0)


def _about_the_line(share: LineShare) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What each baseline counts for, [B], its residual [B], and what test samples alone make of it, [R, B]."""
    observed, resampled = share.baselines.observed, share.baselines.resampled
    line, x = fit_line(observed), observed.id_logit
    dx = np.broadcast_to(x - line.mean, np.shape(observed.shift_accuracy))
    deviation = logit(resampled.shift_accuracy) - logit(observed.shift_accuracy) - line.slope * (resampled.id_logit - x)
    deviation = deviation - deviation.mean(axis=-1, keepdims=True)
    along = (deviation * dx).sum(axis=-1, keepdims=True) / line.squares * dx
    weights = share.height / line.baselines + share.tilt * dx / line.squares
    return weights, logit(observed.shift_accuracy) - line.at(x), deviation - along


def widened(interval: Interval, of_seeds: int, variance: float, degrees: int) -> Interval:
    """The interval with one more independent part of the variance; its degrees of freedom join by Satterthwaite.

    Of a sum they are never below those of its parts, but what the seeds add is a difference: that of a baseline is
    nearly nothing, since its line moves with the test samples, and would leave none. So at least `of_seeds`.
    """
    before = interval.standard_error**2
    total = before + variance
    uncertainty = before**2 / np.maximum(interval.degrees_of_freedom, of_seeds) + variance**2 / degrees
    with np.errstate(divide="ignore", invalid="ignore"):
        joined = np.where(uncertainty > 0, total**2 / uncertainty, np.inf)
    reach = critical_value(joined) * np.sqrt(total)
    return replace(
        interval,
        low=interval.value - reach,
        high=interval.value + reach,
        seed_variance=interval.seed_variance + variance,
        degrees_of_freedom=joined,
    )
