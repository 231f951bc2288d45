"""How steep a ranking of frequencies is: Zipf's exponent with its interval."""

from typing import NamedTuple

import numpy as np

Z = 1.959964  # of a 95 % interval
FEWEST = 8  # concepts; with fewer the interval has no upper end


class Zipf(NamedTuple):
    """Frequency is scale * rank^-exponent; `low` and `high` are the ends of the exponent's 95 % interval."""

    exponent: float
    low: float
    high: float
    scale: float


def fit_zipf(counts: np.ndarray) -> Zipf | None:
    """Fit f_k ~ k^-s to the counts [C] of concepts that occur; None if fewer than FEWEST do, or all are alike.

    The sizes are taken as draws from a Pareto law P(size > x) ~ x^-b with s = 1/b. b is the slope of
    log(rank - 1/2) on log(size), and its standard error b sqrt(2/C) (Gabaix & Ibragimov 2011, equations 2 and 3):
    shifting the ranks by 1/2 removes the leading bias, and the usual error of a regression would be far too
    small, since ranks are not independent. The interval is about the concepts, not about the captions.
    """
    sizes = np.sort(counts[counts > 0].astype(float))[::-1]
    if len(sizes) < FEWEST or sizes[0] == sizes[-1]:
        return None
    ranks = np.log(np.arange(1, len(sizes) + 1) - 0.5)
    slope, intercept = np.polyfit(np.log(sizes), ranks, 1)
    spread = Z * np.sqrt(2 / len(sizes))
    return Zipf(-1 / slope, -1 / slope / (1 + spread), -1 / slope / (1 - spread), float(np.exp(-intercept / slope)))
