"""Neural collapse of every class against its frequency (Wen et al. 2024)."""

import pandas as pd
from scipy.stats import spearmanr

from clipcause.studies.figures.by_class import AgainstFrequency
from clipcause.studies.figures.figure import StudyTables, figure


class _Collapse(AgainstFrequency):
    """Base of the two: of every class the mean over seeds, and as interval the lowest and the highest seed."""

    column: str  # the measure of classes
    meaning: str  # of the measure, a sentence

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns arm, testset, concept, captions, value, low, high; empty if captions mention none of the classes."""
        collapse, classes = tables.further.collapse, tables.classes
        of_classes = classes[classes["testset"] == tables.main_testset]
        of_classes = of_classes[["arm", "testset", "concept", "captions"]].drop_duplicates(["arm", "concept"])
        values = collapse[(collapse["measure"] == self.column) & (collapse["testset"] == tables.main_testset)]
        values = values.groupby(["arm", "concept"])["value"].agg(value="mean", low="min", high="max").reset_index()
        frame = of_classes.merge(values, on=["arm", "concept"])
        return frame if (frame["captions"] > 0).any() else frame[:0]

    def summary(self, tables: StudyTables, points: pd.DataFrame, arm: str) -> str:
        """See the base class; without an interval, since nothing is resampled."""
        if points["captions"].nunique() < 2:
            return ""
        return f"ρ = {spearmanr(points['captions'], points['value']).statistic:.2f}".replace("-", "−")

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            f"{self.meaning} Against how many captions of subset '{tables.study['frequency_of']}' mention the class, "
            f"on test set '{tables.main_testset}'. Points are means over seeds, one per class, lines go from the "
            "lowest seed to the highest; ρ is Spearman's rank correlation with class frequency."
        )


@figure("spread_by_frequency")
class SpreadByFrequency(_Collapse):
    """NC1 per class."""

    title = "Neural collapse of classes (NC1) against class frequency"
    column, label, logarithmic = "class_nc1", "NC1 of the class", True
    meaning = "NC1 is how far the features of a class spread, measured by how far class means lie apart; 0 is a point."


@figure("separation_by_frequency")
class SeparationByFrequency(_Collapse):
    """NC2 per class."""

    title = "Separation of class means (NC2) against class frequency"
    column, label = "class_nc2", "NC2 of the class"
    meaning = "NC2 is how far the angles between a class's mean and all others are off those of a regular simplex, 0."
