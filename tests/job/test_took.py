"""What a job says it took, at the end of its log, and read back."""

import subprocess
import sys

import pytest

from clipcause.job.took import Spent, Took, read
from clipcause.rates.times import read_took

JOB = """
import sys
from clipcause.job.command import log, new_parser, run
from clipcause.job.progress import Progress

def spend(seconds):
    import time
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

def act(arguments):
    spend(0.4)
    if arguments.works:
        Progress("works", 1, "things")
    spend(0.2)
    if arguments.fails:
        raise SystemExit(3)

parser, add = new_parser("made", "")
command = add("act", act, "")
command.add_argument("--works", action="store_true")
command.add_argument("--fails", action="store_true")
sys.exit(run(parser))
"""


def took(tmp_path, *flags) -> Took | None:
    log = tmp_path / "job.log"
    subprocess.run(
        [sys.executable, "-c", JOB, "act", "--log", str(log), *flags], check=not flags or flags[-1] != "--fails"
    )
    return read_took([log])


def test_a_job_tells_its_processor_time_and_what_of_it_passed_before_it_worked(tmp_path):
    found = took(tmp_path, "--works")
    rest = 0.2 - 0.01  # the line rounds both numbers
    assert 0.4 <= found.start.processor_seconds <= found.whole.processor_seconds - rest
    assert 0.4 <= found.start.seconds <= found.whole.seconds - rest


def test_a_job_that_does_not_say_when_it_works_has_no_start(tmp_path):
    found = took(tmp_path)
    assert found.start == Spent() and found.whole.processor_seconds >= 0.6


def test_a_job_that_fails_tells_nothing(tmp_path):
    assert took(tmp_path, "--fails") is None
    assert read_took([tmp_path / "missing.log"]) is None


@pytest.mark.parametrize("text", ["", "took long", "took 1.0 s", "x took 1.0 s, 2.0 s of processor time"])
def test_other_lines_are_none(text):
    assert read(text) is None


def test_what_is_spent_adds_up_and_is_never_less_than_nothing():
    assert Spent(1, 2) + Spent(3, 4) == Spent(4, 6)
    assert Spent(1, 4) - Spent(3, 1) == Spent(0, 3)
    assert Spent(1, 2) * 3 == Spent(3, 6)
