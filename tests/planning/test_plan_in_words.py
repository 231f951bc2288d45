"""A plan as a person reads it."""

import pytest

from clipcause.planning.detectable import Detectable
from clipcause.planning.estimate import Plan, Stage
from clipcause.planning.in_words import bytes_in_words, in_words
from clipcause.planning.jobs import Jobs
from clipcause.planning.planned_run import PlannedRun

PRICES = {"core_hour": None, "gpu_hour": None}
STAGES = (
    Stage("pools", jobs=3, to_do=2, seconds=60, core=100, processor=90, written=2.5e9, to_write=2e9),
    Stage("training", jobs=4, to_do=4, seconds=7200, processor=400, gpu=7200, unknown={"train dino: never timed": 1}),
    Stage("report", jobs=2, to_do=0, written=1000),
)


def told(prices=PRICES, claims=()) -> str:
    """These stages in words, left to run on 2 cores."""
    return in_words(PlannedRun(Jobs({}, (), frozenset()), Plan(STAGES, 2, 7300), prices, claims, "here"))


@pytest.mark.parametrize(("number", "words"), [(0, "0 B"), (999, "999 B"), (1234, "1.2 kB"), (3e15, "3000.0 TB")])
def test_bytes_in_words(number, words):
    assert bytes_in_words(number) == words


def test_a_plan_is_a_table_of_stages_with_sums_below():
    lines = told().splitlines()
    table = [line.split() for line in lines[1:4]]
    assert table[0][:5] == ["pools", "3", "2", "60", "s"] and "2.5 GB  images and their index" in lines[1]
    assert "over 120 min" in lines[2] or "over 2 h 0 min" in lines[2]
    assert lines[3].split()[:4] == ["report", "2", "0", "-"]
    assert lines[5] == "Left: 6 jobs, over 2 h 2 min on 2 cores: 0.03 core hours, 2.00 GPU hours"
    assert lines[6] == "On disk in the end: over 2.5 GB"
    assert lines[7].startswith("Money: no price is given")
    assert lines[9:11] == ["Not in these sums:", "  train dino: never timed (1 job)"]


def test_where_nothing_was_timed_no_sum_is_told():
    stages = (Stage("training", jobs=4, to_do=4, unknown={"train clip: never timed": 4}),)
    lines = in_words(PlannedRun(Jobs({}, (), frozenset()), Plan(stages, 2, 0), PRICES, (), "none")).splitlines()
    assert lines[3:7] == [
        "Left: 4 jobs; none like them was timed, so time, bytes and money are not known",
        "Rates: none",
        "Not in these sums:",
        "  train clip: never timed (4 jobs)",
    ]


def test_money_is_told_where_prices_are_given():
    text = told(prices={"core_hour": 0.36, "gpu_hour": 2.5})
    assert "Money: over 5.01, at the prices given" in text


def test_claims_are_told_with_what_they_can_show():
    claims = [
        Detectable("s", "a", "accuracy", "above", 0.1, 0.1523, 7),
        Detectable("s", "b", "accuracy", "about_zero", 0.05, 0.08, None),
        Detectable("s", "c", "corr_pred", "above", 0.1, None, None, "its spread was never measured"),
    ]
    lines = told(claims=claims).splitlines()[-8:]
    assert lines == [
        "  s/a (accuracy, above 0.1)",
        "    effects of at least 0.152",
        "    with 7 seeds, an effect of twice the margin",
        "  s/b (accuracy, about_zero 0.05)",
        "    a true zero, within a margin of at least 0.08",
        "    within its margin with no number of seeds up to 100; larger test sets might do",
        "  s/c (corr_pred, above 0.1)",
        "    not known: its spread was never measured",
    ]
