"""What the figures of concept frequencies draw from, their registry, and how they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from clipcause.concepts.counted import in_words
from clipcause.concepts.frequency import Frequency, read_frequency
from clipcause.figures.drawing import registry, write_figures
from clipcause.job.took import work_begins


@dataclass(frozen=True)
class FrequencyTables:
    """A vocabulary's name and its frequencies by what was counted, pools first: `{"pool diverse": Frequency}`."""

    vocabulary: str
    counted: Mapping[str, Frequency]

    @property
    def first(self) -> str:
        """What figures of one count show, and others are compared with."""
        return next(iter(self.counted))

    def frame(self, name: str) -> pd.DataFrame:
        """The frequencies in `name`: concept, name, captions, share with its interval (low, high), rank from 1.

        Ranked by captions, ties by concept.
        """
        frequency = self.counted[name]
        low, high = share_interval(frequency.captions, frequency.totals.captions)
        frame = pd.DataFrame({"concept": frequency.concepts, "name": frequency.names, "captions": frequency.captions})
        frame = frame.assign(share=frequency.share, low=low, high=high)
        frame = frame.sort_values(["captions", "concept"], ascending=[False, True], ignore_index=True)
        return frame.assign(rank=np.arange(1, len(frame) + 1))


FIGURES, figure = registry()
ORDER = ("rank_frequency", "ends_of_ranking", "pool_against_pool", "agreement_with_labels")


def share_interval(part: np.ndarray, of: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    """Ends of Wilson's 95 % interval of the shares part/of, two arrays [C]; NaN where `of` is 0."""
    of = np.broadcast_to(of, np.shape(part))
    ends = [
        binomtest(int(k), int(n)).proportion_ci(method="wilson") if n else (np.nan, np.nan)
        for k, n in zip(part, of, strict=True)
    ]
    return np.array([end[0] for end in ends]), np.array([end[1] for end in ends])


def draw_figures(vocabulary: str, frequencies: Mapping[str, Path], output: Path) -> None:
    """Write every figure that these frequencies have data for into the folder `output`, with `index.json`."""
    work_begins()
    counted = {in_words(name): read_frequency(path) for name, path in frequencies.items()}
    write_figures({name: FIGURES[name] for name in ORDER}, FrequencyTables(vocabulary, counted), output)
