"""Figures with a panel per measure and a row per arm, of measures that belong together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes

from clipcause.figures.style import FAINT, PAGE, canvas, words
from clipcause.studies.figures.figure import StudyTables, figure, per_cent
from clipcause.studies.figures.rows import estimates_by_arm, name_rows
from clipcause.studies.measures import described

COLUMNS = ["arm", "testset", "measure", "attribute", "seed", "value", "low", "high"]


class _Panels:
    """Base of figures with a grid of panels, each on the first test set of the study where some arm has its measure."""

    rows: tuple[Mapping[str, str], ...]  # titles by measure, all of them shares; repeated for every attribute
    same_scale = False  # of all panels

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, values in per cent; rows of single seeds have a seed, and the test samples' interval."""
        return per_cent(tables.on_first_testset([name for row in self.rows for name in row])[COLUMNS])

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A row of panels per row of measures and attribute, those that no arm has left out."""
        attributes = list(frame["attribute"].drop_duplicates())
        shown = set(frame["measure"])
        told = [{name: title for name, title in row.items() if name in shown} for row in self.rows]
        grid = [(row, attribute) for attribute in attributes for row in filter(None, told)]
        width, arms = max(map(len, told)), tables.arms
        height = len(grid) * (0.6 + 0.2 * len(arms))
        with canvas(PAGE, height, len(grid), width, sharey=True, sharex=self.same_scale, squeeze=False) as (
            drawn,
            panels,
        ):
            for (row, attribute), line in zip(grid, panels, strict=True):
                about = frame[frame["attribute"].isna() if pd.isna(attribute) else frame["attribute"] == attribute]
                for (name, title), axes in zip(row.items(), line, strict=False):
                    _draw_panel(axes, tables, about[about["measure"] == name])
                    axes.set_title(title + ("" if pd.isna(attribute) else f" ({attribute})"))
            name_rows(panels[0, 0], [words(arm) for arm in arms])
            yield drawn, panels

    def about(self, tables: StudyTables) -> str:
        """What marks and intervals are."""
        return (
            "Large marks: means over seeds with 95 % intervals over test samples and seeds; small dots: seeds. A panel "
            f"shows the first test set of the study that tells of its measure.{tables.read_out}"
        )


def _draw_panel(axes: Axes, tables: StudyTables, points: pd.DataFrame) -> None:
    axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    estimates_by_arm(axes, points, tables.arms, tables.looks)
    axes.set_xlabel(f"% on {points['testset'].iloc[0]}" if len(points) else "not measured")


@figure("retrieval")
class Retrieval(_Panels):
    """Recall of captions and of images."""

    title = "Retrieval"
    rows = tuple(
        {name: described(name).title for name in (f"recall_{way}_{k}" for k in (1, 5, 10))} for way in ("text", "image")
    )

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            "Share of images that find one of their captions among the first 1, 5 and 10 (above), and of captions that "
            f"find their image (below). {self.about(tables)}"
        )


@figure("bias")
class Bias(_Panels):
    """Stereotypes and gaps between groups (Alabdulmohsin et al. 2024)."""

    title = "Bias by attribute"
    rows = ({"rb": "RB", "ab_mean": "AB, mean", "ab_max": "AB, largest", "gap": "Accuracy gap"},)

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            "Representation bias (RB) is how far the mean probability of the attribute's value lies from its target, "
            "on images that show neither value; association bias (AB) how far the probabilities of the class prompts "
            "differ between images of either value, the mean and the largest over classes; the gap is that between the "
            f"accuracies of the groups. All are distances, which chance alone keeps above 0. {self.about(tables)}"
        )


@figure("accuracy_by_group")
class AccuracyByGroup(_Panels):
    """Accuracy of frequent, middle and rare classes, and of those without a caption (Wen et al. 2024)."""

    title = "Accuracy of frequent and rare classes"
    rows = (
        {
            "accuracy_head": "Head",
            "accuracy_medium": "Medium",
            "accuracy_tail": "Tail",
            "accuracy_unseen": "Without a caption",
        },
    )
    same_scale = True

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        return (
            f"Mean accuracy over the most frequent third of the classes in the captions of subset "
            f"'{tables.study['frequency_of']}' (head), the middle third, the rarest third (tail) and, where there are "
            f"any, the classes that no caption mentions. {self.about(tables)}"
        )
