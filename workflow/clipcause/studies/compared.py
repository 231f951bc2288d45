"""What the comparison of a study's arms is written into, and its figures are drawn from."""

from pathlib import Path
from typing import NamedTuple


class Compared(NamedTuple):
    """The files of one comparison.

    estimates, classes, effects, robustness, nearness   parquet, with the columns that the modules of these names tell
    claims                                              JSON: the study, and each claim with its verdict
    """

    estimates: Path
    classes: Path
    claims: Path
    effects: Path
    robustness: Path
    nearness: Path
