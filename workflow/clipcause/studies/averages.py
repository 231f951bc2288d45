"""What a question asks of a measure: a contrast of arms, each by its readout, in the mean over test sets.

`Averaged` stands on `Measured`, one per test set and readout, and `AveragedShifts` on `Shift`. Both tell why they have
no value, where an arm lacks the measure somewhere, and the interval where they have one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clipcause.questions import Term
from clipcause.studies.intervals import ArmValues, Interval, contrast_interval, seed_degrees
from clipcause.studies.measured import Measured, with_ends_of_chance
from clipcause.studies.pairing import mean_over_testsets, paired
from clipcause.studies.robustness_intervals import LineShare, add_gradients, line_gradient, lines_variance, widened
from clipcause.studies.shifts import Shift

Terms = Mapping[Term, float]


@dataclass(frozen=True)
class Averaged:
    """A measure in the mean over test sets: `parts` has it by test set and readout, None where it hangs on none."""

    name: str
    testsets: tuple[str, ...]
    parts: Mapping[tuple[str, str | None], Measured]

    def reason(self, terms: Iterable[Term]) -> str | None:
        """Why one of these terms has no value, if so."""
        return _reason(self.name, self.testsets, self.parts, terms)

    @property
    def resampled(self) -> bool:
        """Whether intervals cover the test samples."""
        return all(part.resampled for part in self.parts.values())

    def values(self, readout: str | None) -> dict[str, ArmValues]:
        """The values of every arm that has the measure on all test sets by this readout."""
        return mean_over_testsets([self.parts[testset, readout].arms for testset in self.testsets])

    def interval(self, terms: Terms) -> Interval:
        """The interval of a contrast; without ends where neither resamples nor seeds tell of any chance."""
        contrast, arms = paired(terms, {term.readout: self.values(term.readout) for term in terms})
        families = {arms[name].family for name in contrast}
        return with_ends_of_chance(contrast_interval(contrast, arms), self.resampled, families, arms)


@dataclass(frozen=True)
class AveragedShifts:
    """Effective robustness in the mean over shifts: `parts` has it by shift and readout.

    Shifts share the reference and, by every readout, the baselines: resamples of the reference move all lines at once,
    and a baseline that is above the line on one shift may be so on another.
    """

    name: str
    testsets: tuple[str, ...]
    parts: Mapping[tuple[str, str], Shift]

    def reason(self, terms: Iterable[Term]) -> str | None:
        """Why one of these terms has no value, if so."""
        return _reason(self.name, self.testsets, self.parts, terms)

    def interval(self, terms: Terms) -> Interval:
        """The interval of a contrast in points, over test samples, seeds and the fit of the lines."""
        values = {
            readout: mean_over_testsets([self.parts[testset, readout].values for testset in self.testsets])
            for readout in dict.fromkeys(term.readout for term in terms)
        }
        contrast, arms = paired(terms, values)
        of_seeds = min(max(seed_degrees(arms, arms[name].family), 1) for name in contrast)
        shares = [self._share(testset, terms) for testset in self.testsets]
        degrees = self._shift(self.testsets[0], terms).line.degrees_of_freedom
        return widened(contrast_interval(contrast, arms), of_seeds, lines_variance(shares), degrees)

    def _share(self, testset: str, terms: Terms) -> LineShare:
        """How the contrast hangs on the line of one shift, of which it is one of several in the mean."""
        baselines = self._shift(testset, terms).baselines
        gradient = add_gradients(
            line_gradient({term.arm: weight / len(self.testsets)}, self.parts[testset, term.readout].arms, baselines)
            for term, weight in terms.items()
        )
        return LineShare(*gradient, baselines)

    def _shift(self, testset: str, terms: Terms) -> Shift:
        return self.parts[testset, next(iter(terms)).readout]


def _reason(name: str, testsets: Iterable[str], parts: Mapping, terms: Iterable[Term]) -> str | None:
    for testset in testsets:
        for arm, readout in terms:
            part = parts.get((testset, readout))
            if part is None:
                return f"{name} is not measured on test set {testset}"
            if arm in part.undefined:
                return part.undefined[arm]
            if arm not in part.arms:
                return f"{name} of {arm} is not measured on test set {testset}"
    return None
