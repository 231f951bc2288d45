"""Public models in the report: what was found of them, and from what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from clipcause.report.claims import ClaimRow, claim_row
from clipcause.report.numbers import ITS_OWN_POINTS, Unit
from clipcause.report.papers import Paper, paper
from clipcause.report.results import Figure, read_figures, read_json_file, read_table

OF_NO_ARMS = dict.fromkeys(("cut", "readout", "attribute"))  # what only claims about arms have


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
    """The section on public models: claims, each with its paper; `sources` are the tables of the configuration."""

    claims: list[tuple[ClaimRow, Paper | None]]
    figures: list[Figure]
    shifts: list[str]
    pools: list[PoolRow]
    sources: Mapping[str, Mapping]
    unit: Unit = ITS_OWN_POINTS


def read_published(folder: Path, sources: Mapping[str, Mapping]) -> PublicModels:
    """Read results/published. Raises UserError naming the file that is missing or unreadable."""
    judged = [OF_NO_ARMS | claim for claim in read_json_file(folder / "claims.json")["claims"]]
    found = read_table(folder / "robustness.parquet")
    shifts = list(dict.fromkeys(found["testset"]))
    return PublicModels(
        claims=[(claim_row(claim, judged), paper(claim["paper"])) for claim in judged],
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
