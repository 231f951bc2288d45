"""Rates learnt from a results folder, kept in a file, and read back."""

import json

import pytest

from clipcause.errors import UserError
from clipcause.job.took import Spent, Took
from clipcause.planning.detectable import Spread
from clipcause.planning.jobs import Jobs, jobs_of
from clipcause.planning.learnt import FORMAT, Learnt, learn, read_learnt, write_learnt
from clipcause.rates.measured import Rates, Work
from clipcause.session.jobs import Job

TOOK = "some words\ntook 12.00 s, 9.00 s of processor time; 2.00 s and 1.00 s of these before its work began\n"


@pytest.fixture
def folder(tmp_path):
    """A results folder with the outputs and the logs of two jobs, one of them of an older version."""
    (tmp_path / "results/pools/a/shards/0").mkdir(parents=True)
    (tmp_path / "results/pools/a/shards/0/00000.tar").write_bytes(b"x" * 700)
    (tmp_path / "results/pools/a/rows.parquet").write_bytes(b"x" * 300)
    (tmp_path / "new.log").write_text(TOOK)
    (tmp_path / "old.log").write_text("done\n")
    return tmp_path


def job(number: int, log: str, units: float = 100) -> Job:
    outputs = ("results/pools/a/rows.parquet", "results/pools/a/shards/0", "results/pools/a/gone.json")
    return Job(number, "download", "a", "pools", outputs, (log,), work=Work("download", units))


def test_rates_are_learnt_from_jobs_that_are_done_and_say_what_they_took(folder, tiny_config):
    jobs = (job(0, "new.log"), job(1, "old.log"), job(2, "missing.log"), job(3, "new.log", units=5000))
    learnt = learn(Jobs(tiny_config, jobs, frozenset({3})), folder)
    assert len(learnt.rates) == 1
    sums = learnt.rates.of(Work("download"))
    assert sums.took(200) == Spent(2 + 20, 1 + 16)
    assert sums.written(Work("download", 200)) == 2000


def test_what_was_learnt_is_kept_and_read_back(tmp_path):
    rates = Rates()
    rates.learn(Work("train", 10, "clip", '{"a": 1}', 2), Took(Spent(3, 4), Spent(1, 2)), 5)
    write_learnt(Learnt(rates, {"accuracy": Spread(0.01, 0.4, 2)}, "a machine"), tmp_path / "rates.json")
    found = read_learnt(tmp_path / "rates.json")
    assert found.rates.as_json() == rates.as_json()
    assert (found.spreads, found.measured_on) == ({"accuracy": Spread(0.01, 0.4, 2)}, "a machine")


@pytest.mark.parametrize(("number", "odd"), [("jobs", 0), ("units", -1.0), ("units", "many"), ("stored", float("nan"))])
def test_numbers_that_nobody_measured_are_no_rates(tmp_path, number, odd):
    rates = Rates()
    rates.learn(Work("train", 10), Took(Spent(3, 4), Spent(1, 2)), 5)
    rates.of(Work("train")).__dict__[number] = odd
    told = {"format": FORMAT, "spreads": {}, "measured_on": "", "rates": rates.as_json()}
    (tmp_path / "rates.json").write_text(json.dumps(told))
    with pytest.raises(UserError, match="no file of rates"):
        read_learnt(tmp_path / "rates.json")


def test_a_folder_is_no_file_of_rates(tmp_path):
    with pytest.raises(UserError, match="no file of rates"):
        read_learnt(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there are no rates"),
        ("{", "no file of rates"),
        ("[]", "no file of rates"),
        ('{"format": 2}', "no file of rates"),
        ('{"format": 2, "spreads": {}, "measured_on": "", "rates": [{"step": 1}]}', "no file of rates"),
        ('{"format": 1}', "another version"),
    ],
)
def test_what_is_no_file_of_rates_is_named(tmp_path, text, message):
    path = tmp_path / "rates.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=rf"rates\.json: .*{message}"):
        read_learnt(path)


def test_a_listing_is_read_back_as_it_was_written(tiny_config):
    from dataclasses import asdict

    jobs = [job(0, "new.log"), job(1, "old.log")]
    listed = {"config": tiny_config, "jobs": [asdict(each) | {"to_do": each.number == 1} for each in jobs]}
    assert jobs_of(json.loads(json.dumps(listed))) == Jobs(tiny_config, tuple(jobs), frozenset({1}))
