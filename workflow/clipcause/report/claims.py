"""Claims as the page shows them: those of a study by paper, each with unit and axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from clipcause.report.numbers import Unit, unit_of_claim
from clipcause.report.papers import Paper, paper
from clipcause.report.plots import Axis, claims_axis
from clipcause.report.results import Study
from clipcause.report.titles import titled_claim
from clipcause.studies.claims import JUDGED

PLOT_WIDTH = 240


@dataclass(frozen=True)
class ClaimRow:
    """A judged claim with the unit of its estimate and the axis that it shares with the claims on its measure.

    `measure` is its title, with the readout if it is not each model's own.
    """

    claim: dict
    unit: Unit
    axis: Axis
    measure: str


@dataclass(frozen=True)
class PaperClaims:
    """Claims of one study that come from one paper (None: claims of one's own).

    `rows` are judged; `open` are those that were not run at this size, or cannot be asked here.
    """

    study: Study
    paper: Paper | None
    rows: list[ClaimRow]
    open: list[dict]


def paper_claims(study: Study) -> list[PaperClaims]:
    """The claims of a study in its order, each with unit and axis, grouped by the paper that they come from."""
    groups = {claim["paper"]: PaperClaims(study, paper(claim["paper"]), [], []) for claim in study.claims}
    for claim in study.claims:
        if claim["verdict"] not in JUDGED:
            groups[claim["paper"]].open.append(claim)
    judged = [claim for claim in study.claims if claim["verdict"] in JUDGED]
    for claim in judged:
        groups[claim["paper"]].rows.append(claim_row(claim, judged))
    return list(groups.values())


def claim_row(claim: dict, judged: Sequence[dict]) -> ClaimRow:
    """A judged claim as the table shows it, beside all that were judged with it."""
    alike = [other for other in judged if other["measure"] == claim["measure"]]
    return ClaimRow(claim, unit_of_claim(claim), claims_axis(alike, PLOT_WIDTH), titled_claim(claim))
