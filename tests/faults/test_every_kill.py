"""SIGKILL of every stage, in writing and at any moment; in the end the results equal those of an undisturbed run.

One checkout is killed again and again on its way to the end. Part of it runs with `-k train`.
"""

from collections import Counter

import pytest
from checkouts import Checkout
from killing import ANY, WHOM, WRITING, Killed
from stages import STAGES

pytestmark = pytest.mark.faults
KILLS_IN_WRITING = 4  # of a stage, at least
KILLS_AT_ANY_MOMENT = 3


@pytest.fixture(scope="module")
def killed(tmp_path_factory, fault_seed):
    killed = Killed(Checkout(tmp_path_factory.mktemp("killed")), fault_seed)
    yield killed
    print("\n".join(table(killed.counts)))


def table(counts: Counter) -> list[str]:
    """Kills by stage."""
    rows = [f"{'stage':10} " + " ".join(f"{moment + ': ' + whom:>24}" for moment in (WRITING, ANY) for whom in WHOM)]
    for stage in STAGES:
        hits = (counts[stage, moment, whom] for moment in (WRITING, ANY) for whom in WHOM)
        rows.append(f"{stage:10} " + " ".join(f"{hit:24}" for hit in hits))
    return [*rows, f"{sum(counts.values())} kills"]


@pytest.mark.parametrize("stage", STAGES)
def test_killed_while(killed, finished, stage):
    turn = list(STAGES).index(stage)
    commands = list(STAGES[stage].commands)
    for number in range(max(KILLS_IN_WRITING, len(commands))):
        command = commands[number * len(commands) // max(KILLS_IN_WRITING, len(commands))]
        killed.in_writing(stage, command, WHOM[(turn + number) % 3])
    for number in range(KILLS_AT_ANY_MOMENT):
        killed.at_any_moment(stage, WHOM[(turn + number) % 3])
    killed.finish(stage)
    killed.assert_equal(finished, stage)
    assert sum(killed.counts[stage, WRITING, whom] for whom in WHOM) >= 3


def test_killed_everywhere_the_end_is_the_same(killed, finished):
    killed.finish()
    killed.assert_equal(finished)
