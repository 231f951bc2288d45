"""Measure public models from published tables, and write what was found."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from clipcause.errors import UserError
from clipcause.figures.drawing import write_figures
from clipcause.files.outputs import whole, write_json
from clipcause.job.command import log
from clipcause.studies.public.claims import judge_pools
from clipcause.studies.public.figures import PUBLIC_FIGURES, PublicTables
from clipcause.studies.public.tables import (
    correlation_rows,
    model_correlations,
    public_robustness,
    read_accuracies,
    read_table,
)


def write_public(
    baselines: Path,
    models: Path,
    accuracies: Path | None,
    frequencies: Path | None,
    claims: Mapping[str, Mapping],
    output: Path,
    count: int,
) -> None:
    """Write robustness.parquet, correlations.parquet (without rows, unless given both tables per class), claims.json
    and figures/ into the folder `output`; `count` is how many resamples the intervals rest on.

    Raises UserError if a table lacks a column or holds what is no accuracy, or a claim names a pool of no model.
    """
    if (accuracies is None) != (frequencies is None):
        raise UserError(
            "correlations need both --accuracies and --frequencies, the accuracy and captions of each class"
        )
    of_baselines, of_models = read_accuracies(baselines, ["model"]), read_accuracies(models, ["name", "pretrained"])
    found = public_robustness(of_baselines, of_models)
    each_model = []
    if accuracies is not None:
        each_model = model_correlations(
            read_table(accuracies, ["model", "pretraining", "class", "accuracy_percent"]),
            read_table(frequencies, ["pool", "matching", "class", "captions"]),
            count,
        )
    tables = PublicTables(found, correlation_rows(each_model))
    judged = judge_pools(claims, of_baselines, of_models, each_model, count)
    for name, frame in (("robustness", tables.robustness), ("correlations", tables.correlations)):
        with whole(output / f"{name}.parquet") as temporary:
            frame.to_parquet(temporary, index=False)
    write_json(output / "claims.json", {"claims": judged})
    write_figures(PUBLIC_FIGURES, tables, output / "figures")
    _tell(tables, judged)


def _tell(tables: PublicTables, judged: list[dict]) -> None:
    found: pd.DataFrame = tables.robustness
    for (shift, maker), of_maker in found[~found["baseline"]].groupby(["testset", "maker"], sort=False):
        median = of_maker["effective_robustness"].median()
        log.info("%s, %s: effective robustness %.1f points (median of %d models)", shift, maker, median, len(of_maker))
    for row in tables.correlations.itertuples():
        log.info(
            "%s on %s, %s: corr. acc %.2f [%.2f, %.2f]",
            *(row.model, row.pretraining, row.matching, row.corr_acc, row.low, row.high),
        )
    for claim in judged:
        log.info("claim %s: %s", claim["name"], claim["verdict"])
