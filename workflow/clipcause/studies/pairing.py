"""Values of runs put together one by one, so that what they share stays shared: over test sets, and over readouts.

The mean over test sets is taken run by run and resample by resample. Test samples of different test sets are drawn
apart, so their luck is independent; what two of them share by construction, such as the reference of two shifts, has
the same resamples in both. The seeds are the same: one that is lucky on all test sets is one chance, not many.

A contrast that weighs several readouts of an arm, such as prompts with an ensemble less prompts with the name alone,
is about one number per run. Its variance between seeds is that of this number, pooled over the arms of the objective
that have those readouts.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from clipcause.questions import Term
from clipcause.studies.intervals import ArmValues

Arms = Mapping[str, ArmValues]


def mean_over_testsets(measured: Sequence[Arms]) -> dict[str, ArmValues]:
    """The mean of each arm's values over test sets, one by one; arms that lack one of them are left out."""
    first, *others = measured
    if not others:
        return dict(first)
    shared = [arm for arm in first if all(arm in other for other in others)]
    return {arm: _weighed([each[arm] for each in measured], [1 / len(measured)] * len(measured)) for arm in shared}


def paired(terms: Mapping[Term, float], values: Mapping[str | None, Arms]) -> tuple[dict[str, float], Arms]:
    """A contrast of terms as one of arms, with the arms' values, for `contrast_interval`.

    values: per readout those of every arm that it applies to. Where every term has one readout, both are as given.
    """
    if len({term.readout for term in terms}) == 1:
        (readout,) = {term.readout for term in terms}
        return {term.arm: weight for term, weight in terms.items()}, values[readout]
    contrast: dict[str, float] = {}
    arms: dict[str, ArmValues] = {}
    for arm in dict.fromkeys(term.arm for term in terms):
        weights = {term.readout: weight for term, weight in sorted(terms.items()) if term.arm == arm}
        scale = next((weight for weight in weights.values() if weight), 1.0)
        weights = {readout: weight / scale for readout, weight in weights.items()}
        label = " ".join(f"{weight:+g}@{readout}" for readout, weight in weights.items())
        contrast[f"{arm} {label}"] = scale
        arms |= _weighing(weights, values, label)
    return contrast, arms


def _weighing(weights: Mapping[str | None, float], values: Mapping[str | None, Arms], label: str) -> Arms:
    """The weighted sum over readouts of every arm that has them all, in families of their own."""
    of_readouts = [values[readout] for readout in weights]
    shared = [arm for arm in of_readouts[0] if all(arm in each for each in of_readouts)]
    return {
        f"{arm} {label}": _weighed([each[arm] for each in of_readouts], list(weights.values()), label) for arm in shared
    }


def _weighed(values: Sequence[ArmValues], weights: Sequence[float], label: str = "") -> ArmValues:
    """A weighted sum of the same runs' values, one by one; its spread is that of independent terms."""
    parts = list(zip(values, weights, strict=True))
    return ArmValues(
        f"{values[0].family} {label}".strip(),
        sum(weight * each.values for each, weight in parts),
        sum(weight * each.resampled for each, weight in parts),
        np.sqrt(sum((weight * each.spread) ** 2 for each, weight in parts)),
    )
