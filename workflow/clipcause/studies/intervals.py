"""Intervals that cover both chances in a comparison: which test samples were drawn, and which training seeds.

A measure of arm a with training seed s on the test samples is modelled as

    m_as = mu_a + d_a + u_as + e_as

d_a: luck of the test samples that all seeds of the arm share; u_as: luck of the seed (and of the subset's draw);
e_as: luck of this seed on these samples. A contrast c = sum_a c_a mean_s m_as then has the variance

    sum_a c_a^2 (var u + var e) / S_a  +  var(sum_a c_a d_a).

The variance between seeds, s2, estimates var u + var e; it is pooled over a study's arms of one objective family
because three seeds alone say little. The paired bootstrap variance V of the contrast, with the models as they are,
estimates var(sum_a c_a d_a) + sum_a c_a^2 var e / S_a. Adding both counts var e twice; the bootstrap also says how
often: V1_a (mean bootstrap variance of one seed) - Vbar_a (of the mean of seeds) estimates (1 - 1/S_a) var e. So

    variance = sum_a c_a^2 s2_family(a) / S_a  +  V  -  sum_a c_a^2 (V1_a - Vbar_a) / (S_a - 1),   at least V,

and the interval is a t-interval whose degrees of freedom are Welch and Satterthwaite's, with V taken as known
(infinitely many where the variance is V itself).

Pooling assumes equal variances, and a correlation of 0.9 varies far less between seeds than one of 0.1. So each arm
brings its `spread`, the standard deviation between seeds that is expected up to a factor common to the family, and
what is pooled is that factor: s2_a = spread_a^2 * sum_b sum_s ((m_bs - mean_b) / spread_b)^2 / sum_b (S_b - 1). With
spread 1 - r^2 for a correlation r and p (1 - p) for a share p, this is pooling on Fisher's z or the logit scale.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

CONFIDENCE = 0.95


@dataclass(frozen=True)
class ArmValues:
    """One measure of one arm on one test set, for S seeds and R resamples of the test samples.

    Trailing axes (...), if any, are independent measures, such as classes.

    family     the objective family, within which the variance between seeds is pooled
    values     [S, ...] on the test samples as they are
    resampled  [R, S, ...] on each resample, the same resamples for every arm
    spread     [...] expected standard deviation between seeds, up to a factor common to the family
    """

    family: str
    values: np.ndarray
    resampled: np.ndarray
    spread: np.ndarray | float = 1.0

    @property
    def seeds(self) -> int:
        """S, the number of seeds."""
        return len(self.values)


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; every field but `seeds` has the shape of the measure's trailing axes.

    sample_variance is V above; seed_variance is what the seeds add to it; degrees_of_freedom may be infinite.
    `seeds` is the smallest number of seeds of an arm involved.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sample_variance: np.ndarray
    seed_variance: np.ndarray
    degrees_of_freedom: np.ndarray
    seeds: int

    @property
    def standard_error(self) -> np.ndarray:
        """Square root of the total variance."""
        return np.sqrt(self.sample_variance + self.seed_variance)


def critical_value(degrees: np.ndarray | float) -> np.ndarray:
    """How many standard errors an interval reaches either way: Student's t at these degrees of freedom."""
    return student.ppf((1 + CONFIDENCE) / 2, degrees)


def contrast_interval(contrast: Mapping[str, float], arms: Mapping[str, ArmValues]) -> Interval:
    """The interval of sum_a contrast[a] * mean over seeds of arm a (module docstring).

    `arms` are all arms of the study that have the measure: those outside the contrast help to pool the variance
    between seeds. Where no arm of a family has two seeds, its part is left out: the interval then covers the test
    samples alone, which `seeds` = 1 marks.
    """
    value = sum(c * arms[name].values.mean(axis=0) for name, c in contrast.items())
    resampled = sum(c * arms[name].resampled.mean(axis=1) for name, c in contrast.items())
    sample_variance = _variance(resampled)

    parts: dict[str, np.ndarray] = {}
    overlap = np.zeros_like(value)
    for name, c in contrast.items():
        arm = arms[name]
        parts[arm.family] = parts.get(arm.family, 0.0) + c**2 * seed_variance(name, arms) / arm.seeds
        overlap = overlap + c**2 * _shared_variance(arm)
    between_seeds = sum(parts.values())
    added_by_seeds = np.maximum(between_seeds - overlap, 0.0)

    total = sample_variance + added_by_seeds
    uncertainty = sum(part**2 / max(seed_degrees(arms, family), 1) for family, part in parts.items())
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = np.where(added_by_seeds > 0, total**2 / uncertainty, np.inf)
    reach = critical_value(degrees) * np.sqrt(total)
    seeds = min(arms[name].seeds for name in contrast)
    return Interval(value, value - reach, value + reach, sample_variance, added_by_seeds, degrees, seeds)


def sample_interval(arm: ArmValues) -> tuple[np.ndarray, np.ndarray]:
    """Per seed, the interval over test samples alone, the trained model taken as it is: low, high, each [S, ...]."""
    reach = critical_value(np.inf) * np.sqrt(_variance(arm.resampled))
    return arm.values - reach, arm.values + reach


def seed_variance(name: str, arms: Mapping[str, ArmValues]) -> np.ndarray:
    """Variance between seeds of arm `name`, pooled over the arms of its family, [...]; 0 if none has two seeds."""
    family = arms[name].family
    members = [arm for arm in arms.values() if arm.family == family]
    squares = sum((((arm.values - arm.values.mean(axis=0)) / arm.spread) ** 2).sum(axis=0) for arm in members)
    return arms[name].spread ** 2 * squares / max(seed_degrees(arms, family), 1)


def seed_degrees(arms: Mapping[str, ArmValues], family: str) -> int:
    """Degrees of freedom of the pooled variance between seeds: sum of S_a - 1 over the arms of `family`."""
    return sum(arm.seeds - 1 for arm in arms.values() if arm.family == family)


def detectable(interval: Interval, power: float) -> np.ndarray:
    """How far from a bound a contrast must be for its interval to lie beyond that bound with probability `power`.

    (t_0.975 + t_power) * standard error, both quantiles at the interval's degrees of freedom; 2.8 standard errors at
    80 % power and many degrees of freedom.
    """
    degrees = interval.degrees_of_freedom
    return (critical_value(degrees) + student.ppf(power, degrees)) * interval.standard_error


def _shared_variance(arm: ArmValues) -> np.ndarray:
    """var e / S: the part of the variance between seeds, over S, that the bootstrap of the mean holds already."""
    if arm.seeds == 1:
        return np.zeros_like(arm.values[0])
    one_seed = _variance(arm.resampled).mean(axis=0)
    mean_of_seeds = _variance(arm.resampled.mean(axis=1))
    return (one_seed - mean_of_seeds) / (arm.seeds - 1)


def _variance(resampled: np.ndarray) -> np.ndarray:
    """Variance over the first axis, resamples without a value left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no resample with a value: NaN, as wanted
        return np.nanvar(resampled, axis=0, ddof=1)
