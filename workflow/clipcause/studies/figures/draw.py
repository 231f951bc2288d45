"""Write the figures of a study: its curves, those of the registry, and its groups of effects."""

from collections.abc import Mapping
from pathlib import Path

from clipcause.figures.drawing import write_figures
from clipcause.files.frames import read_frame
from clipcause.files.outputs import read_json
from clipcause.job.took import work_begins
from clipcause.studies.compared import Compared
from clipcause.studies.figures.curves import curve_figures
from clipcause.studies.figures.effects import effect_figures
from clipcause.studies.figures.figure import FIGURES, StudyTables
from clipcause.studies.figures.further import FurtherFiles

NOTHING_FURTHER = FurtherFiles()


def draw_figures(
    study: Mapping,
    files: Compared,
    output: Path,
    further: FurtherFiles = NOTHING_FURTHER,
) -> None:
    """Write the figures that the study asks for and has data for into the folder `output`, with `index.json`."""
    work_begins()
    read = {name: read_frame(path) for name, path in files._asdict().items() if name != "claims"}
    tables = StudyTables(study, **read, claims=read_json(files.claims)["claims"], further=further.read())
    asked = FIGURES if study.get("figures") is None else {name: FIGURES[name] for name in study["figures"]}
    write_figures(effect_figures(study) | curve_figures(study) | asked, tables, output)
