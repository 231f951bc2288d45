"""All figures of a study: those of the registry, and one for every group of its effects."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from clipcause.figures.drawing import write_figures
from clipcause.outputs import read_json
from clipcause.studies.figures.effects import Effects
from clipcause.studies.figures.figure import FIGURES, StudyTables


def draw_figures(
    study: Mapping,
    estimates: Path,
    classes: Path,
    claims: Path,
    effects: Path,
    robustness: Path,
    nearness: Path,
    output: Path,
) -> None:
    """Write every figure that the study has data for into the folder `output`, with `index.json`."""
    read = (pd.read_parquet(path) for path in (estimates, classes, effects, robustness, nearness))
    of_arms, of_classes, *further = read
    tables = StudyTables(study, of_arms, of_classes, read_json(claims)["claims"], *further)
    of_effects = {f"effects_{group}": Effects(group, settings) for group, settings in study.get("effects", {}).items()}
    write_figures(FIGURES | of_effects, tables, output)
