"""By how much more an intervention cuts one measure than another, in relation to where each started.

The claim of Alabdulmohsin et al. 2024 that balancing cuts representation bias by a larger share than association bias,
and that fine-tuning does so sooner, is about two measures of two arms. With the cut of a measure m

    cut(m) = 1 - m_after / m_before,     each mean over the seeds,

the difference of two cuts is no contrast, but to first order in the luck of samples and seeds it is one: a run of the
arm after counts m / m_before, one of the arm before counts (m - m_before) m_after / m_before^2 and is subtracted. Both
measures of a run stay together, so what they share is seen. Where m_before is not well above 0 no ratio means much.
"""

from collections.abc import Mapping

import numpy as np

from clipcause.errors import UserError
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval


def difference_of_cuts(
    one: Mapping[str, ArmValues], other: Mapping[str, ArmValues], before: str, after: str
) -> Interval:
    """The interval of cut(one) - cut(other), from the values of both measures of the arms `before` and `after`.

    Seeds and resamples of the two measures belong together, one by one. Raises UserError if a measure's mean before is
    not above 0.
    """
    arms = {}
    for arm in (before, after):
        shares = [_shares(measure, before, after, arm) for measure in (one, other)]
        values, resampled = (second - first for first, second in zip(*shares, strict=True))
        arms[arm] = ArmValues(one[arm].family, values, resampled)
    return contrast_interval({after: 1.0, before: -1.0}, arms)


def _shares(measure: Mapping[str, ArmValues], before: str, after: str, arm: str) -> tuple[np.ndarray, np.ndarray]:
    """What the runs of `arm` count towards m_after / m_before: values [S, ...] and resampled [R, S, ...]."""
    start, end = (measure[name].values.mean(axis=0) for name in (before, after))
    if np.any(start <= 0):
        raise UserError(f"relative cut: the measure is not above 0 in arm '{before}', so there is nothing to cut")
    runs = measure[arm].values, measure[arm].resampled
    if arm == after:
        return tuple(each / start for each in runs)
    return tuple((each - start) * end / start**2 for each in runs)
