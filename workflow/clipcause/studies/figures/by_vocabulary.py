"""The figure of transfer: test sets that ask for something else than the study's own vocabulary."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes

from clipcause.evaluation.readouts import readout
from clipcause.figures.style import FAINT, OUTLINE, PAGE, canvas, interval, words
from clipcause.studies.figures.figure import StudyTables, figure
from clipcause.studies.figures.rows import name_rows

COLUMNS = ["testset", "vocabulary", "readout", "arm", "measure", "concept", "captions", "value", "low", "high"]
ACCURACY, OF_CLASS, CORRELATION = "accuracy", "class_accuracy", "corr_acc"


@figure("other_vocabularies")
class OtherVocabularies:
    """Accuracy, and accuracy against class frequency, on other vocabularies (Wen et al. 2024)."""

    title = "Transfer, and frequency against accuracy on other vocabularies"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        read = "; ".join(f"'{name}' by {readout(by).title}" for name, by in _readouts(tables).items())
        return (
            "Test sets that ask by another vocabulary, a row each: top-1 accuracy (left; grey: chance); accuracy per "
            f"class against how many captions of subset '{tables.study['frequency_of']}' mention it (middle); "
            "Spearman's rank correlation of the two (right). Means over seeds, left and right with 95 % intervals over "
            f"test samples and seeds. Read out by what applies to most arms: {read}. An arm is left out where that "
            "does not apply."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns COLUMNS, accuracies in per cent; empty for a study whose test sets ask by one vocabulary."""
        parts = [_of_testset(tables, testset, by) for testset, by in _readouts(tables).items()]
        return pd.concat(parts)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Three panels per test set: accuracy by arm, accuracy of classes by frequency, correlation by arm."""
        testsets, arms = list(dict.fromkeys(frame["testset"])), tables.arms
        height = 0.4 + len(testsets) * max(1.6, 0.6 + 0.14 * len(arms))
        with canvas(PAGE, height, len(testsets), 3, squeeze=False) as (drawn, grid):
            for testset, (left, middle, right) in zip(testsets, grid, strict=True):
                rows = frame[frame["testset"] == testset]
                _by_arm(left, tables, rows[rows["measure"] == ACCURACY])
                _by_frequency(middle, tables, rows[rows["measure"] == OF_CLASS])
                _by_arm(right, tables, rows[rows["measure"] == CORRELATION])
                left.set_title(words(testset))
                left.axvline(100 / rows["concept"].nunique(), color=FAINT, linewidth=0.8, zorder=0)
                right.set_yticklabels([])
                right.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
                right.set_xlim(-1.05, 1.05)
            labels = ("Top-1 accuracy (%)", "Captions that mention the class", "ρ of frequency and accuracy")
            for axes, label in zip(grid[-1], labels, strict=True):
                axes.set_xlabel(label)
            yield drawn, grid


def _readouts(tables: StudyTables) -> dict[str, str]:
    """Per test set with another vocabulary the readout that applies to most arms, the study's first of several."""
    classes = tables.classes
    found = {}
    for testset in tables.study["testsets"]:
        of_testset = classes[(classes["testset"] == testset) & (classes["vocabulary"] != tables.study["vocabulary"])]
        arms = of_testset.groupby("readout")["arm"].nunique()
        if len(arms):
            found[testset] = max(tables.readouts, key=lambda by, arms=arms: arms.get(by, 0))
    return found


def _of_testset(tables: StudyTables, testset: str, by: str) -> pd.DataFrame:
    classes = tables.classes
    of_classes = classes[(classes["testset"] == testset) & (classes["readout"] == by)]
    ends = {"accuracy": "value", "accuracy_low": "low", "accuracy_high": "high"}
    of_classes = of_classes.rename(columns=ends).assign(measure=OF_CLASS)
    of_arms = tables.means([ACCURACY, CORRELATION], [testset], [by])
    of_arms = of_arms[of_arms["readout"] == by].assign(vocabulary=of_classes["vocabulary"].iloc[0])
    frame = pd.concat([of_arms, of_classes], ignore_index=True).reindex(columns=COLUMNS)
    shares = frame["measure"] != CORRELATION
    frame.loc[shares, ["value", "low", "high"]] *= 100
    return frame


def _by_arm(axes: Axes, tables: StudyTables, rows: pd.DataFrame) -> None:
    arms, look = tables.arms, tables.looks
    for row in rows.itertuples():
        interval(axes, arms.index(row.arm), row.value, row.low, row.high, look[row.arm])
    name_rows(axes, [words(arm) for arm in arms])
    axes.xaxis.grid(True)


def _by_frequency(axes: Axes, tables: StudyTables, rows: pd.DataFrame) -> None:
    look = tables.looks
    for arm, points in rows.groupby("arm", sort=False):
        mark = {"color": look[arm].colour, "markersize": 3.4, "alpha": 0.8}
        axes.plot(points["captions"], points["value"], look[arm].marker, **mark, **OUTLINE)
    axes.set_ylim(0, 104)
    axes.set_ylabel("Accuracy (%)")
