"""Public models in the report: what was found of them, and from what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from clipcause.report.numbers import ITS_OWN_POINTS, Unit, unit_of
from clipcause.report.papers import Paper, paper
from clipcause.report.plots import Axis, claims_axis
from clipcause.report.results import Figure, read_figures, read_json_file, unreadable
from clipcause.report.sections import PLOT_WIDTH
from clipcause.studies.measures import described


@dataclass(frozen=True)
class PublicClaim:
    """A judged claim about pools, as the table of claims shows those of studies."""

    claim: dict
    unit: Unit
    axis: Axis
    measure: str
    paper: Paper | None


@dataclass(frozen=True)
class PoolRow:
    """One pool: how many public models were trained on it, and their mean effective robustness by shift.

    None where no model of the pool is within the range of the baselines.
    """

    pool: str
    models: int
    robustness: dict[str, float | None]


@dataclass(frozen=True)
class PublicModels:
    """The section on public models; `sources` are the tables of the configuration."""

    claims: list[PublicClaim]
    figures: list[Figure]
    shifts: list[str]
    pools: list[PoolRow]
    sources: Mapping[str, Mapping]
    unit: Unit = ITS_OWN_POINTS


def read_published(folder: Path, sources: Mapping[str, Mapping]) -> PublicModels:
    """Read results/published. Raises UserError naming the file that is missing or unreadable."""
    judged = read_json_file(folder / "claims.json")["claims"]
    path = folder / "robustness.parquet"
    try:
        found = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    shifts = list(dict.fromkeys(found["testset"]))
    return PublicModels(
        claims=[_claim(claim, judged) for claim in judged],
        figures=read_figures(folder / "figures"),
        shifts=shifts,
        pools=pool_rows(found, shifts),
        sources=sources,
    )


def pool_rows(found: pd.DataFrame, shifts: list[str]) -> list[PoolRow]:
    """The pools by their number of models, most first; models that extrapolate count, their robustness does not."""
    public = found[~found["baseline"].astype(bool)]
    models = public[public["testset"] == shifts[0]].groupby("pool").size().sort_values(ascending=False, kind="stable")
    inside = public[~public["extrapolates"].astype(bool)]
    means = inside.groupby(["pool", "testset"])["effective_robustness"].mean()
    return [
        PoolRow(pool, int(count), {shift: means.get((pool, shift)) for shift in shifts})
        for pool, count in models.items()
    ]


def _claim(claim: dict, judged: list[dict]) -> PublicClaim:
    return PublicClaim(
        claim=claim,
        unit=unit_of(claim["measure"], abs(sum(claim["contrast"].values())) < 1e-9),
        axis=claims_axis([other for other in judged if other["measure"] == claim["measure"]], PLOT_WIDTH),
        measure=described(claim["measure"]).title,
        paper=paper(claim["paper"]),
    )
