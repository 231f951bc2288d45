"""The figure of quality beside bias (Alabdulmohsin et al. 2024)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.evaluation.readouts import readout
from clipcause.figures.legend import draw_legend, legend_height
from clipcause.figures.style import OUTLINE, PAGE, canvas, words
from clipcause.studies.figures.figure import ENDS, StudyTables, figure, per_cent

BIAS = {"rb": "RB", "ab_mean": "AB, mean"}
RECALL = {"recall_image_1": "Image recall @1", "recall_text_1": "Text recall @1"}


@figure("quality_by_bias")
class QualityByBias:
    """Accuracy and retrieval of every arm beside its bias."""

    title = "Quality beside bias"

    def caption(self, tables: StudyTables) -> str:
        """See Figure."""
        frame = self.frame(tables)
        on = dict(zip(frame["quality"], frame["quality_testset"], strict=True))
        biased = dict(zip(frame["bias"], frame["bias_testset"], strict=True))
        told = ", ".join(f"{quality} on '{testset}'" for quality, testset in on.items())
        of = ", ".join(f"{bias} on '{testset}'" for bias, testset in biased.items())
        return (
            f"Quality of every arm ({told}) against its bias ({of}), both in per cent: means over seeds with 95 % "
            "intervals over test samples and seeds. Better is up and to the left."
        )

    def frame(self, tables: StudyTables) -> pd.DataFrame:
        """Columns arm, attribute, bias, bias_testset, bias_value, bias_low, bias_high, and the same of quality."""
        biased = tables.on_first_testset(list(BIAS))
        good = [
            rows[rows["seed"].isna()].assign(measure=title)
            for title, rows in self._qualities(tables).items()
            if len(rows)
        ]
        frames = []
        for side, of in (("bias", biased[biased["seed"].isna()]), ("quality", pd.concat(good) if good else biased[:0])):
            named = {each: f"{side}_{each}" for each in ("testset", *ENDS)} | {"measure": side}
            kept = ["arm", *(["attribute"] if side == "bias" else []), *named]
            frames.append(per_cent(of)[kept].rename(columns=named))
        frame = frames[0].merge(frames[1], on="arm")
        return frame.assign(bias=frame["bias"].map(BIAS)) if frame["arm"].nunique() > 1 else frame[:0]

    def _qualities(self, tables: StudyTables) -> dict[str, pd.DataFrame]:
        """By title: accuracy by the main readout and by few-shot probes, recall of images and of captions."""
        found = {"Accuracy": tables.on_first_testset(["accuracy"])}
        for name in tables.readouts:
            if name.endswith("_shot") and name != tables.main_readout:
                title = f"Accuracy, {readout(name).title}"
                found[title] = tables.means(["accuracy"], [tables.main_testset], [name])
        return found | {title: tables.on_first_testset([name]) for name, title in RECALL.items()}

    @contextmanager
    def draw(self, tables: StudyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """A row of panels per quality, a column per bias and attribute."""
        qualities = list(frame["quality"].drop_duplicates())
        biases = list(frame[["attribute", "bias"]].drop_duplicates().itertuples(index=False))
        look = {words(arm): tables.looks[arm] for arm in tables.arms_in(frame)}
        height = 0.4 + legend_height(list(look)) + 1.75 * len(qualities)
        grid_size = (len(qualities), len(biases))
        with canvas(PAGE, height, *grid_size, sharex="col", sharey="row", squeeze=False) as (drawn, grid):
            for quality, line in zip(qualities, grid, strict=True):
                for (attribute, bias), axes in zip(biases, line, strict=True):
                    of_panel = (frame["quality"] == quality) & (frame["bias"] == bias)
                    for row in frame[of_panel & (frame["attribute"] == attribute)].itertuples():
                        colour, marker = tables.looks[row.arm].colour, tables.looks[row.arm].marker
                        ends = {"color": colour, "linewidth": 0.9, "alpha": 0.6, "zorder": 2}
                        axes.plot([row.bias_low, row.bias_high], [row.quality_value] * 2, **ends)
                        axes.plot([row.bias_value] * 2, [row.quality_low, row.quality_high], **ends)
                        axes.plot(row.bias_value, row.quality_value, marker, color=colour, zorder=3, **OUTLINE)
                    axes.grid(True)
                line[0].set_ylabel(f"{quality} (%)")
            for (attribute, bias), axes in zip(biases, grid[-1], strict=True):
                axes.set_xlabel(f"{bias} ({attribute}), %")
            draw_legend(drawn, grid[0, 0], look, line="")
            yield drawn, grid
