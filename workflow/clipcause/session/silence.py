"""SLURM that does not answer for a while, as when its controller is restarted."""

import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

PLUGIN = "snakemake_executor_plugin_slurm"


def outlast_silence() -> None:
    """Make SLURM's executor, if Snakemake has loaded it, ask on about jobs of which it could learn nothing.

    As it comes (2.8) it drops all its jobs if every attempt of a query fails, and then waits for them for ever.
    """
    if (plugin := sys.modules.get(PLUGIN)) is None:
        return
    check = plugin.Executor.check_active_jobs

    async def check_and_keep(self: Any, active_jobs: Sequence[Any]) -> AsyncIterator[Any]:
        answers = _answers(self)
        async for job in check(self, active_jobs):
            yield job
        if _answers(self) == answers:
            for job in active_jobs:
                yield job

    plugin.Executor.check_active_jobs = check_and_keep


def _answers(executor: Any) -> int:
    """How many queries SLURM has answered; the thread that checks may be there before the executor counts them."""
    return getattr(executor, "_status_query_calls", 0)
