"""What a job says it took, at the end of its log, and read back."""

import subprocess
import sys

import pytest

from clipcause.job.took import Spent, Took, read
from clipcause.rates.times import read_took

JOB = """
import sys
from concurrent.futures import ThreadPoolExecutor
from clipcause.job.command import log, new_parser, run
from clipcause.job.progress import Progress
from clipcause.job.took import in_model

def spend(seconds):
    import time
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

def act(arguments):
    spend(0.4)
    if arguments.works:
        Progress("works", 1, "things")
    spend(0.2)
    if arguments.computes:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(spend, 0.3)
            for _ in range(2):
                with in_model(threads=2):
                    spend(0.1)
    if arguments.fails:
        raise SystemExit(3)

parser, add = new_parser("made", "")
command = add("act", act, "")
for flag in ("--works", "--computes", "--fails"):
    command.add_argument(flag, action="store_true")
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


def test_what_a_model_took_is_that_of_its_threads_alone(tmp_path):
    found = took(tmp_path, "--works", "--computes")
    assert 0.4 - 0.01 <= found.in_model.processor_seconds <= 0.4 + 0.1  # twice 0.2, whatever another thread spent
    assert 0.2 - 0.01 <= found.in_model.seconds <= found.whole.seconds - found.start.seconds - 0.2 + 0.02
    assert took(tmp_path, "--works").in_model is None


def test_a_job_that_does_not_say_when_it_works_has_no_start(tmp_path):
    found = took(tmp_path)
    assert found.start == Spent() and found.whole.processor_seconds >= 0.6


def test_a_job_that_fails_tells_nothing(tmp_path):
    assert took(tmp_path, "--fails") is None
    assert read_took([tmp_path / "missing.log"]) is None


@pytest.mark.parametrize("text", ["", "took long", "took 1.0 s", "x took 1.0 s, 2.0 s of processor time"])
def test_other_lines_are_none(text):
    assert read(text) is None


def test_a_line_is_read_back_with_or_without_a_start_and_a_model():
    whole, start = "took 9.00 s, 8.00 s of processor time", "; 2.00 s and 1.00 s of these before its work began"
    model = "; 4.00 s and 3.00 s of these in its model"
    assert read(whole) == Took(Spent(9, 8))
    assert read(whole + start) == Took(Spent(9, 8), Spent(2, 1))
    assert read(whole + model) == Took(Spent(9, 8), in_model=Spent(4, 3))
    assert read(whole + start + model) == Took(Spent(9, 8), Spent(2, 1), Spent(4, 3))


def test_what_is_spent_adds_up_and_is_never_less_than_nothing():
    assert Spent(1, 2) + Spent(3, 4) == Spent(4, 6)
    assert Spent(1, 4) - Spent(3, 1) == Spent(0, 3)
    assert Spent(1, 2) * 3 == Spent(3, 6)
