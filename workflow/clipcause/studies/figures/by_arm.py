"""The figure of rank correlations with class frequency: a row per arm, with the seeds behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pandas as pd

from clipcause.figures.style import FAINT, PAGE, canvas, words
from clipcause.studies.figures.figure import StudyTables, figure
from clipcause.studies.figures.rows import estimates_by_arm, name_rows

COLUMNS = ["arm", "testset", "measure", "seed", "value", "low", "high"]


@figure("frequency_bias")
class FrequencyBias:
    """Both rank correlations of every arm (Wen et al. 2024, "corr. pred" and "corr. acc")."""

    title = "How far models follow class frequency"
    measures: ClassVar = {"corr_pred": "Number of predictions", "corr_acc": "Accuracy"}

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            "Spearman's rank correlation of class frequency with the number of predictions per class (left) and with "
            f"accuracy per class (right), on test set '{tables.main_testset}'. Large marks: means over seeds with 95 % "
            "intervals over test samples and seeds; small dots: seeds. 0 is no bias towards frequent classes."
            f"{tables.read_out}"
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS; rows of single seeds have a seed and the interval of the test samples alone."""
        where = (list(self.measures), [tables.main_testset])
        means = tables.means(*where)
        return pd.concat([means, tables.seeds(*where)])[COLUMNS] if len(means) else means[COLUMNS]

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Two panels, one per measure, a row per arm."""
        arms = tables.arms
        with canvas(PAGE, 0.55 + 0.24 * len(arms), 1, 2, sharey=True, sharex=True) as (drawn, panels):
            for (name, panel), axes in zip(self.measures.items(), panels, strict=True):
                axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
                estimates_by_arm(axes, frame[frame["measure"] == name], arms, tables.looks)
                axes.set_title(panel)
                axes.set_xlabel("Spearman's ρ with class frequency")
            name_rows(panels[0], [words(arm) for arm in arms])
            yield drawn, panels
