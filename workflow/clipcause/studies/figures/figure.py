"""What the figures of a study draw from, and their registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from clipcause.evaluation.readouts import OWN, readout
from clipcause.figures.drawing import registry
from clipcause.figures.style import Look, looks
from clipcause.studies.figures.further import FurtherTables

MANY = 8  # arms; of more, some figures are tables or shades
ENDS = ("value", "low", "high")


def per_cent(frame: pd.DataFrame, columns: Iterable[str] = ENDS) -> pd.DataFrame:
    """The frame with these columns, shares, in per cent."""
    return frame.assign(**{name: 100 * frame[name].astype(float) for name in columns})


@dataclass(frozen=True)
class StudyTables:
    """All that figures read: a study's resolved settings and what `compare` made of its runs."""

    study: Mapping
    estimates: pd.DataFrame
    classes: pd.DataFrame
    claims: list[dict]
    effects: pd.DataFrame
    robustness: pd.DataFrame
    nearness: pd.DataFrame
    further: FurtherTables

    @property
    def arms(self) -> list[str]:
        """The study's arms, in its order."""
        return list(self.study["arms"])

    @property
    def many_arms(self) -> bool:
        """Whether the arms are too many to have a mark each in every row or panel of a figure."""
        return len(self.arms) > MANY

    @property
    def looks(self) -> dict[str, Look]:
        """How each arm is drawn; where there are many, arms of one recipe share colours."""
        return looks(self.arms, {arm: each["recipe"] for arm, each in self.study["arms"].items()})

    def arms_in(self, frame: pd.DataFrame) -> list[str]:
        """Those of the study's arms that are in a frame, in its order."""
        return [arm for arm in self.arms if arm in set(frame["arm"])]

    def testsets_in(self, frame: pd.DataFrame) -> list[str]:
        """Those of the study's test sets that are in a frame, in its order."""
        return [testset for testset in self.study["testsets"] if testset in set(frame["testset"])]

    @property
    def main_testset(self) -> str:
        """The test set that figures of one test set show: the study's first."""
        return self.study["testsets"][0]

    @property
    def readouts(self) -> list[str]:
        """The study's readouts, in its order."""
        return list(self.study["readouts"])

    @property
    def main_readout(self) -> str:
        """The readout that figures of a single one show: each model's own, or the study's first without it."""
        return OWN if OWN in self.readouts else self.readouts[0]

    @property
    def read_out(self) -> str:
        """The end of a caption: which readout a figure of one readout shows, nothing if it is each model's own."""
        return "" if self.main_readout == OWN else f" Read out by {readout(self.main_readout).title}."

    def means(self, measures: list[str], testsets: list[str], readouts: list[str] | None = None) -> pd.DataFrame:
        """The defined estimates of means over seeds, in the order of `estimates`, by the main readout or `readouts`.

        Measures of features hang on no readout.
        """
        frame = self._estimates(measures, testsets, readouts)
        return frame[frame["seed"].isna() & frame["value"].notna()]

    def seeds(self, measures: list[str], testsets: list[str]) -> pd.DataFrame:
        """The estimates of single seeds, by the main readout."""
        frame = self._estimates(measures, testsets, None)
        return frame[frame["seed"].notna()]

    def on_first_testset(self, measures: list[str]) -> pd.DataFrame:
        """Means and seeds of each measure and attribute, on the first test set of the study where some arm has it."""
        where = (measures, list(self.study["testsets"]))
        means = self.means(*where)
        order = {testset: place for place, testset in enumerate(where[1])}
        first = means.assign(place=means["testset"].map(order)).sort_values("place", kind="stable")
        first = first.drop_duplicates(["measure", "attribute"])[["measure", "attribute", "testset"]]
        both = pd.concat([means, self.seeds(*where)]) if len(means) else means
        return both.merge(first, on=["measure", "attribute", "testset"])

    def _estimates(self, measures: list[str], testsets: list[str], readouts: list[str] | None) -> pd.DataFrame:
        frame = self.estimates
        wanted = frame["readout"].isin(readouts or [self.main_readout]) | frame["readout"].isna()
        return frame[wanted & frame["measure"].isin(measures) & frame["testset"].isin(testsets)]


FIGURES, figure = registry()
