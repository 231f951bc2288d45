"""The time left and the line that tells it, from made-up jobs."""

import pytest

from clipcause.job.took import Spent, Took
from clipcause.rates.measured import Work
from clipcause.session.jobs import Job
from clipcause.session.overview import Overview
from clipcause.session.progress_lines import Reported
from clipcause.session.time_left import Pace, Running, time_left

NUMBERS = iter(range(10**6))


def job(step: str, size: float = 1.0, threads: int = 1, runs: int = 0, names: str = "") -> Job:
    return Job(next(NUMBERS), step, names, threads=threads, runs=runs, work=Work(step, size))


def pace(*finished: tuple[Job, float], past: tuple[tuple[Job, float], ...] = ()) -> Pace:
    kept = Pace((each, Took(Spent(seconds))) for each, seconds in past)
    for each, seconds in finished:
        kept.finished(each, Took(Spent(seconds)))
    return kept


def test_jobs_left_take_as_long_as_those_of_their_step_did_on_all_cores():
    known = pace((job("encode"), 10), (job("encode"), 20), (job("index"), 4))
    left = time_left([job("encode"), job("encode"), job("index")], [], known, cores=2)
    assert (left.seconds, left.whole) == ((15 + 15 + 4) / 2, True)


def test_training_is_counted_by_the_samples_it_sees():
    left = time_left([job("train", size=3000)], [], pace((job("train", size=1000), 7)), cores=1)
    assert left.seconds == 21


def test_a_job_on_several_cores_takes_as_much_room():
    known = pace((job("download", threads=2), 6))
    assert time_left([job("download", threads=2), job("download", threads=2)], [], known, cores=4).seconds == 6
    assert time_left([job("download", threads=8)], [], pace((job("download"), 6)), cores=2).seconds == 6


def test_it_is_never_less_than_the_longest_job():
    known = pace((job("train"), 60), (job("index"), 1))
    assert time_left([job("train"), job("index")], [], known, cores=16).seconds == 60


def test_a_running_job_is_known_by_its_own_progress():
    running = Running(job("train", size=100), seconds=30, share=0.75)
    left = time_left([job("train", size=200)], [running], Pace(), cores=1)
    assert left.seconds == pytest.approx(10 + 80) and left.whole


def test_a_running_job_that_says_nothing_takes_as_long_as_others_and_never_less_than_nothing():
    known = pace((job("encode"), 20))
    assert time_left([], [Running(job("encode"), 5)], known, cores=1).seconds == 15
    assert time_left([], [Running(job("encode"), 50)], known, cores=1).seconds == 0


def test_earlier_runs_count_until_a_job_of_the_step_is_done():
    past = ((job("encode"), 100),)
    assert time_left([job("encode")], [], pace(past=past), cores=1).seconds == 100
    assert time_left([job("encode")], [], pace((job("encode"), 8), past=past), cores=1).seconds == 8


def test_what_was_never_timed_is_not_guessed():
    known = pace((job("encode"), 200))
    part = time_left([job("encode"), job("compare")], [], known, cores=1)
    assert (part.seconds, part.whole, str(part)) == (200, False, "over 3 min left")
    assert str(time_left([job("compare")], [], known, cores=1)) == "time left not known yet"
    assert str(time_left([job("encode")], [], known, cores=1)) == "3 min left"


def test_the_line_tells_studies_runs_jobs_speed_time_and_what_is_at_work():
    trains = [job("train", size=1000, runs=3, names=f"longtail/{name} seeds 0-2") for name in ("a", "b", "c")]
    compare = job("compare_arms", names="longtail")
    overview = Overview([*trains, compare], runs_there=6, studies=["longtail", "similarity"], cores=2)
    assert overview.line(0, {}) == ("longtail, similarity: runs 6 of 15 · jobs 0 of 4 · time left not known yet")
    for each in trains[:2]:
        overview.started(each.number, 0)
    overview.finished(trains[0].number, 100)
    overview.started(trains[2].number, 100)
    reported = {trains[1].number: Reported(2000, "samples", 0.5), trains[2].number: Reported(3200, "samples", None)}
    assert overview.line(100, reported) == (
        "longtail, similarity: runs 9 of 15 · jobs 1 of 4 · 5,200 samples/s · over 2 min left · "
        "now: train longtail/b seeds 0-2 (50 %), train longtail/c seeds 0-2"
    )


def test_a_failed_job_is_counted_until_it_is_tried_again():
    first, second = job("encode"), job("encode")
    overview = Overview([first, second])
    overview.started(first.number, 0)
    overview.stopped(first.number)
    assert overview.line(1, {}) == "jobs 0 of 2 · 1 failed"
    overview.started(first.number, 2)
    assert overview.line(2, {}) == "jobs 0 of 2 · time left not known yet · now: encode"
    overview.finished(first.number, 12)
    assert overview.line(12, {}) == "jobs 1 of 2 · 10 s left"
    assert overview.result() == "1 job"
