"""Tables of a study as figures read them, made by hand: only what a test gives is in them."""

import pandas as pd

from clipcause.studies.effects import EFFECTS
from clipcause.studies.estimates import CLASSES, ESTIMATES
from clipcause.studies.figures.figure import StudyTables
from clipcause.studies.figures.further import FurtherFiles
from clipcause.studies.nearness import NEARNESS
from clipcause.studies.shift_tables import ROBUSTNESS


def estimate(arm: str, measure: str, value: float | None, seed: int | None = None, **others: object) -> dict:
    """A row of estimates, on test set `balanced` by each model's own readout unless others are given."""
    about = {"testset": "balanced", "readout": "own", "attribute": None, "seeds": 3, "reason": None}
    ends = {"low": None, "high": None} if value is None else {"low": value - 0.1, "high": value + 0.1}
    return (
        dict.fromkeys(ESTIMATES)
        | about
        | ends
        | {"arm": arm, "measure": measure, "value": value, "seed": seed}
        | others
    )


def tables(
    study: dict,
    estimates: list[dict] = (),
    classes: pd.DataFrame | None = None,
    nearness: pd.DataFrame | None = None,
    claims: list[dict] = (),
    **further: object,
) -> StudyTables:
    """The tables of a study; `further` are the files of FurtherFiles."""
    rows = pd.DataFrame(estimates, columns=ESTIMATES).astype(
        {"seed": "Int64", "value": float, "low": float, "high": float, "readout": "string", "attribute": "string"}
    )
    settings = {"readouts": ["own"], "attributes": [], "claims": {}, "frequency_of": "whole"} | study
    return StudyTables(
        study=settings,
        estimates=rows,
        classes=pd.DataFrame(columns=CLASSES) if classes is None else classes,
        claims=list(claims),
        effects=pd.DataFrame(columns=EFFECTS),
        robustness=pd.DataFrame(columns=ROBUSTNESS),
        nearness=pd.DataFrame(columns=NEARNESS) if nearness is None else nearness,
        further=FurtherFiles(**further).read(),
    )


def arms(*names: str) -> dict:
    """Arms that are trained on subsets of their own names by one recipe."""
    return {name: {"subset": f"of_{name}", "recipe": "clip"} for name in names}
