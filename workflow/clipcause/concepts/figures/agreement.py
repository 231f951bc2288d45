"""The figure that sets what captions mention against the samples' own labels."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from clipcause.concepts.figures.tables import FrequencyTables, figure, share_interval
from clipcause.figures.style import PAGE, canvas, interval, literal, looks

MOST = 40  # concepts


@figure("agreement_with_labels")
class AgreementWithLabels:
    """Precision and recall of the first count, per concept."""

    title = "Captions against the samples' own labels"

    def caption(self, tables: FrequencyTables) -> str:
        """See Figure."""
        return (
            f"Of the captions of {tables.first} that mention a concept, the share whose sample has it as its label "
            "(precision, left); of the samples with that label, the share whose caption mentions it (recall, right); "
            f"with Wilson's 95 % intervals; at most the {MOST} concepts with the most labelled samples. Captions that "
            "are wrong or name nothing count against both, so this is of the counter and the captions together."
        )

    def frame(self, tables: FrequencyTables) -> pd.DataFrame:
        """Columns concept, name, captions, labelled, agreeing; in per cent precision, recall, their _low and _high."""
        frequency = tables.counted[tables.first]
        if not frequency.labels or not frequency.labelled.any():
            return pd.DataFrame()
        frame = pd.DataFrame({"concept": frequency.concepts, "name": frequency.names, "captions": frequency.captions})
        frame = frame.assign(labelled=frequency.labelled, agreeing=frequency.agreeing)
        for name, of in (("precision", "captions"), ("recall", "labelled")):
            low, high = share_interval(frequency.agreeing, frame[of])
            values = getattr(frequency, name)
            frame = frame.assign(**{name: 100 * values, f"{name}_low": 100 * low, f"{name}_high": 100 * high})
        frame = frame[(frame["captions"] > 0) | (frame["labelled"] > 0)]
        return frame.sort_values(["labelled", "concept"], ascending=[False, True], ignore_index=True).head(MOST)

    @contextmanager
    def draw(self, tables: FrequencyTables, frame: pd.DataFrame) -> Iterator[tuple]:
        """Two panels, a row per concept."""
        look = looks([tables.first])[tables.first]
        with canvas(PAGE, 0.6 + 0.15 * len(frame), 1, 2, sharey=True, sharex=True) as (drawn, panels):
            for axes, measure in zip(panels, ("precision", "recall"), strict=True):
                for place, row in enumerate(frame.itertuples()):
                    value, low, high = (getattr(row, f"{measure}{end}") for end in ("", "_low", "_high"))
                    interval(axes, place, value, low, high, look)
                axes.set_title(measure.capitalize())
                axes.set_xlabel("Share (%)")
                axes.tick_params(axis="y", length=0)
                axes.grid(axis="x")
            panels[0].set_yticks(range(len(frame)), map(literal, frame["name"]))
            panels[0].set_ylim(len(frame) - 0.5, -0.5)
            lowest = frame[["precision_low", "recall_low"]].min(axis=None)
            panels[0].set_xlim(10 * (lowest // 10), 100.5)
            yield drawn, panels
