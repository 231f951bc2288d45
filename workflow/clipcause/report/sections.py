"""The section of a study: what its templates show, looked up and put in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from clipcause.errors import UserError
from clipcause.evaluation.readouts import OWN
from clipcause.report.cards import compare_cards
from clipcause.report.facts import Facts
from clipcause.report.flow import Flow
from clipcause.report.numbers import Unit, unit_of
from clipcause.report.papers import Paper, paper
from clipcause.report.plots import Axis, cosines_axis
from clipcause.report.results import Run, Study
from clipcause.report.titles import read_out_by, titled

NEAREST_WIDTH = 100


@dataclass(frozen=True)
class Arm:
    """One arm of a study; `seeds` are those of its runs that are in the report."""

    name: str
    subset: str
    recipe: str
    seeds: list[int]


@dataclass(frozen=True)
class MeasureTable:
    """Means over seeds of one measure by one readout: a row per test set, a cell per arm.

    A cell is an estimates row or None. `read_out` names the readout if it is not each model's own, else it is None.
    """

    title: str
    read_out: str | None
    unit: Unit
    rows: dict[str, list[Mapping | None]]


@dataclass(frozen=True)
class Missing:
    """A readout that does not apply, for one reason, to some arms on some test sets."""

    readout: str
    reason: str
    arms: list[str]
    testsets: list[str]


@dataclass(frozen=True)
class StudySection:
    """All that the page says of one study.

    `facts` compare the data cards of its `subsets`; `cosines` is the axis that similarities of all subsets share.
    `tables` are of each model's own readout, or of none; `further_tables` of each other one.
    """

    study: Study
    paper: Paper | None
    settings: dict
    flow: Flow
    arms: list[Arm]
    subsets: list[str]
    facts: list[Facts]
    cosines: Axis
    tables: list[MeasureTable]
    further_tables: dict[str, list[MeasureTable]]
    missing: list[Missing]


def study_section(
    study: Study,
    settings: Mapping,
    flow: Flow,
    runs: Sequence[Run],
    cards: Sequence[dict],
    details: Sequence[dict],
    estimates: pd.DataFrame,
) -> StudySection:
    """Gather a study's arms, data cards, their details and estimates. `settings` are its resolved settings.

    Raises UserError if an arm has no run or a subset of it no data card among those given.
    """
    arms = [
        Arm(name, arm["subset"], arm["recipe"], seeds_of(runs, arm["subset"], arm["recipe"]))
        for name, arm in settings["arms"].items()
    ]
    for arm in arms:
        if not arm.seeds:
            raise UserError(f"study {study.name}: no run of {arm.subset} with {arm.recipe} was given; add its folder")
    of_subset = {arm.subset: [card for card in cards if card["subset"] == arm.subset] for arm in arms}
    for subset, drawn in of_subset.items():
        if not drawn:
            raise UserError(f"study {study.name}: no data card of subset {subset} was given; add its card.json")
        drawn.sort(key=lambda card: card["draw"])
    of_draws = {each["subset"]: each for each in details if each["subset"] in of_subset}
    tables = measure_tables(estimates, list(settings["arms"]))
    readouts = dict.fromkeys(table.read_out for table in tables if table.read_out)
    return StudySection(
        study=study,
        paper=paper(study.paper),
        settings=dict(settings),
        flow=flow,
        arms=arms,
        subsets=list(of_subset),
        facts=compare_cards(of_subset, of_draws),
        cosines=cosines_axis(list(of_draws.values()), NEAREST_WIDTH),
        tables=[table for table in tables if table.read_out is None],
        further_tables={by: [table for table in tables if table.read_out == by] for by in readouts},
        missing=missing_readouts(estimates),
    )


def seeds_of(runs: Sequence[Run], subset: str, recipe: str) -> list[int]:
    """The seeds of a subset's runs with a recipe, in order."""
    return sorted(run.seed for run in runs if (run.subset, run.recipe) == (subset, recipe))


def missing_readouts(estimates: pd.DataFrame) -> list[Missing]:
    """Where a readout gives no accuracy, and why; in the order of `estimates`."""
    frame = estimates[(estimates["measure"] == "accuracy") & estimates["seed"].isna() & estimates["value"].isna()]
    return [
        Missing(by, reason, list(dict.fromkeys(rows["arm"])), list(dict.fromkeys(rows["testset"])))
        for (by, reason), rows in frame.groupby(["readout", "reason"], sort=False)
    ]


def measure_tables(estimates: pd.DataFrame, arms: Sequence[str]) -> list[MeasureTable]:
    """A table per readout, attribute and measure, in the order of `estimates`, of the means over seeds.

    Measures that no arm has are left out.
    """
    means = estimates[estimates["seed"].isna() & estimates["value"].notna()]
    means = means.astype(object).where(means.notna(), None)
    tables = []
    for (by, attribute, measure), of_measure in means.groupby(
        ["readout", "attribute", "measure"], sort=False, dropna=False
    ):
        by, attribute = (None if pd.isna(each) else each for each in (by, attribute))
        cells = {(row["testset"], row["arm"]): row for row in of_measure.to_dict("records")}
        testsets = dict.fromkeys(of_measure["testset"])
        rows = {testset: [cells.get((testset, arm)) for arm in arms] for testset in testsets}
        read_out = None if by in (None, OWN) else read_out_by(by).capitalize()
        tables.append(MeasureTable(titled(measure, by, attribute), read_out, unit_of(measure), rows))
    return tables
