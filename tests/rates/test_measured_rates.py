"""Rates: a fixed start and so much per unit, by hand."""

import pytest

from clipcause.job.took import Spent, Took
from clipcause.rates.measured import Rates, Work


def took(seconds: float, start: float = 0.0, model: float | None = None) -> Took:
    return Took(*(None if each is None else Spent(2 * each, each) for each in (seconds, start, model)))


def test_a_job_takes_its_start_and_so_much_per_unit():
    rates = Rates()
    rates.learn(Work("embed", 100), took(12, start=2), written=500)
    rates.learn(Work("embed", 300), took(34, start=4), written=1500)
    sums = rates.of(Work("embed", 1))
    assert sums.took(1000) == Spent(2 * (3 + 100), 3 + 100)  # starts of 3 in the mean, 40 for 400 units
    assert sums.written(Work("embed", 1000)) == 5000
    assert sums.took(1000, scale=4).processor_seconds == 3 + 400  # the start costs no more


def test_what_a_job_did_besides_its_model_costs_the_same_with_any_model():
    rates = Rates()
    rates.learn(Work("embed", 100), took(12, start=2, model=3))
    sums = rates.of(Work("embed", 1))
    assert sums.took(100).processor_seconds == 12
    assert sums.took(200, scale=4) == Spent(2 * (2 + 14 + 24), 2 + 14 + 24)


def test_what_a_job_writes_may_grow_with_something_else():
    rates = Rates()
    rates.learn(Work("train", 64_000, stored=2), took(9), written=200)
    assert rates.of(Work("train")).written(Work("train", 6_400_000, stored=3)) == 300


def test_kinds_and_models_are_apart_and_a_step_is_all_of_them():
    rates = Rates()
    rates.learn(Work("train", 10, "clip", "small"), took(1))
    rates.learn(Work("train", 10, "clip", "large"), took(3))
    assert rates.of(Work("train", 5, "clip", "large")).took(20).processor_seconds == 6
    assert rates.of(Work("train", 5, "simclr", "large")) is None
    assert rates.of_step("train").took(20).processor_seconds == 4
    assert {model for _, model, _ in rates.kinds("train")} == {"small", "large"}


def test_jobs_of_unknown_size_teach_nothing_and_take_as_long_as_the_others():
    rates = Rates()
    rates.learn(Work("index", None), took(9))
    assert rates.of_step("index") is None and len(rates) == 0
    rates.learn(Work("index", 10), took(1))
    rates.learn(Work("index", 30), took(3))
    assert rates.of(Work("index", None)).took(None).processor_seconds == 2


def test_rates_are_kept_and_read_back():
    rates = Rates()
    rates.learn(Work("embed", 100, "", "m"), took(12, start=2, model=6), written=7)
    rates.learn(Work("embed", 100, "", "m"), took(10, start=0))
    rates.learn(Work("index", 1), took(1))
    read = Rates.from_json(rates.as_json())
    assert len(read) == 3
    assert read.of(Work("embed", 1, "", "m")).took(100).processor_seconds == pytest.approx(1 + 10)
    assert read.of(Work("embed", 1, "", "m")).took(100, scale=3).processor_seconds == pytest.approx(1 + 2 + 3 * 8)
