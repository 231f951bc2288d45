"""Queries that SLURM leaves unanswered: its plugin asks on about the jobs, which it would forget by itself."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from clipcause.session.silence import PLUGIN, outlast_silence


@pytest.fixture
def executor(monkeypatch):
    """An executor whose query is answered or not, and which then knows that job b is done."""

    class Executor:
        answered, _status_query_calls = True, 0

        async def check_active_jobs(self, active_jobs):
            if self.answered:
                self._status_query_calls += 1
                for job in active_jobs:
                    if job != "b":
                        yield job

    monkeypatch.setitem(sys.modules, PLUGIN, SimpleNamespace(Executor=Executor))
    return Executor()


def active(executor):
    async def collect():
        return [job async for job in executor.check_active_jobs(["a", "b"])]

    return asyncio.run(collect())


def test_jobs_stay_active_until_a_query_is_answered(executor):
    executor.answered = False
    assert active(executor) == [], "as the plugin does it"
    outlast_silence()
    assert active(executor) == ["a", "b"]
    executor.answered = True
    assert active(executor) == ["a"]


def test_the_first_check_may_come_before_the_executor_is_made(executor):
    del type(executor)._status_query_calls
    executor.answered = False
    outlast_silence()
    assert active(executor) == ["a", "b"]


def test_the_real_plugin_counts_its_answers_by_this_name():
    from inspect import getsource

    from snakemake_executor_plugin_slurm import Executor

    assert "self._status_query_calls += 1" in getsource(Executor)


def test_without_the_plugin_nothing_happens(monkeypatch):
    monkeypatch.delitem(sys.modules, PLUGIN, raising=False)
    outlast_silence()
    assert PLUGIN not in sys.modules
