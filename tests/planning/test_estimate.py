"""What jobs that were not run take, by those that were; by hand."""

import json
from itertools import count

import pytest

from clipcause.job.took import Spent, Took
from clipcause.planning.estimate import estimate, plan
from clipcause.planning.jobs import Jobs
from clipcause.planning.profile import Profile
from clipcause.rates.measured import Rates, Work
from clipcause.session.jobs import Job

NUMBERS = count()
SMALL, LARGE = "small", "large"
PROFILES = {
    SMALL: Profile(parameters=100, width=8, image=10, text=5, image_trained=30, text_trained=10),
    LARGE: Profile(parameters=300, width=16, image=40, text=10, image_trained=120, text_trained=40),
}
PRICES = {"core_hour": None, "gpu_hour": None}


def took(seconds: float, start: float = 0.0) -> Took:
    return Took(Spent(seconds, 2 * seconds), Spent(start, 2 * start))


def rates(*jobs: tuple[Work, Took, int]) -> Rates:
    found = Rates()
    for work, took_, written in jobs:
        found.learn(work, took_, written)
    return found


def job(work: Work, threads: int = 1, stage: str = "stage", gpus: int = 0, names: str = "") -> Job:
    return Job(next(NUMBERS), work.step, names, stage, threads=threads, work=work, gpus=gpus)


def planned(config, jobs, known, cores=1, done=(), there=0):
    to_do = frozenset(each.number for each in jobs if each not in done)
    return plan(Jobs(config, tuple(jobs), to_do), [known], cores, PROFILES.get, lambda job: there)


def test_the_same_kind_of_job_takes_its_start_and_so_much_per_unit():
    known = rates((Work("embed_images", 100, "", SMALL), took(12, start=2), 1000))
    found = estimate(Work("embed_images", 400, "", SMALL), known, PROFILES.get)
    assert (found.spent, found.written, found.by) == (Spent(42, 84), 4000, "")


@pytest.mark.parametrize(
    ("step", "kind", "time", "size"),
    [
        ("train", "clip, batches of 64", 160 / 40, 3),  # both towers, forward and backward; parameters
        ("train", "supervised, batches of 64", 120 / 30, 3),  # the image tower alone
        ("embed_images", "", 4, 2),  # forward; width
        ("embed_captions", "", 2, 2),
        ("encode", "", 4, 2),
    ],
)
def test_another_model_is_scaled_by_its_operations_and_its_size(step, kind, time, size):
    known = rates((Work(step, 100, kind, SMALL), took(12, start=2), 1000))
    found = estimate(Work(step, 100, kind, LARGE), known, PROFILES.get)
    assert found.spent.seconds == pytest.approx(2 + 10 * time) and found.written == pytest.approx(1000 * size)
    assert "another model: scaled by operations" in found.by
    assert estimate(Work(step, 100, kind, "unknown"), known, PROFILES.get) is None


def test_what_a_job_did_besides_its_model_is_not_scaled():
    known = rates((Work("embed_images", 100, "", SMALL), Took(Spent(12), Spent(2), in_model=Spent(4)), 1000))
    found = estimate(Work("embed_images", 200, "", LARGE), known, PROFILES.get)
    assert found.spent.seconds == pytest.approx(2 + 2 * (6 + 4 * 4))


def test_another_batch_size_or_vocabulary_is_said_another_objective_or_method_is_not_guessed():
    known = rates(
        (Work("train", 100, "clip, batches of 64", SMALL), took(10), 0),
        (Work("count_concepts", 100, "objects"), took(10), 0),
        (Work("build_subset", 100, "m4"), took(10), 0),
    )
    other_batch = estimate(Work("train", 100, "clip, batches of 128", SMALL), known, PROFILES.get)
    assert (other_batch.spent.seconds, other_batch.by) == (10, "train clip, batches of 128 by clip, batches of 64")
    assert estimate(Work("count_concepts", 200, "places"), known, PROFILES.get).spent.seconds == 20
    for work in (
        Work("train", 100, "simclr, batches of 64", SMALL),
        Work("train", 100, "clip, batches of 64 on a GPU", SMALL),
        Work("train", 100, "clip, batches of 64, 2 devices", SMALL),
        Work("build_subset", 100, "near_prune"),
        Work("index_pool", 100),
        Work("build_subset", None, "m4"),
    ):
        assert estimate(work, known, PROFILES.get) is None


def test_a_stage_sums_what_is_left_and_names_what_was_never_timed(tiny_config):
    known = rates((Work("index", 1), took(10), 7), (Work("train", 100, "clip", SMALL), took(3600), 50))
    jobs = [job(Work("index", 1)), job(Work("index", 2), threads=2), job(Work("draw", 1))]
    jobs += [job(Work("train", 100, "clip", SMALL), stage="training", gpus=2)]
    found = planned(tiny_config, jobs, known, cores=2, done=jobs[:1], there=5)
    stage, training = found.stages
    assert (stage.jobs, stage.to_do, stage.unknown) == (3, 2, {"draw: never timed": 1})
    assert (stage.core, stage.processor, stage.seconds) == (40, 40, 20)  # 20 s on both cores
    assert (stage.written, stage.to_write) == (5 + 14, 14)
    assert (training.gpu, training.core, training.seconds) == (7200, 0, 3600)
    assert not found.whole
    assert found.seconds == 3600  # no less than the longest job
    assert found.money(PRICES) is None and found.money(PRICES | {"core_hour": 1.0}) is None
    assert found.money({"core_hour": 0.36, "gpu_hour": 2.0}) == pytest.approx(0.36 * 40 / 3600 + 4)


def test_the_first_of_several_rates_that_knows_a_job_is_taken(tiny_config):
    one, other = (rates((Work("index", 1), took(seconds), 0)) for seconds in (1, 2))
    jobs = Jobs(tiny_config, (job(Work("index", 1)),), frozenset())
    jobs = Jobs(jobs.config, jobs.jobs, frozenset({jobs.jobs[0].number}))
    for known, seconds in (([one, other], 1), ([other, one], 2), ([Rates(), other], 2)):
        assert plan(jobs, known, 1, PROFILES.get, lambda job: 0).seconds == seconds


def test_a_download_from_the_web_is_planned_by_its_preflight(tiny_config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    download = job(Work("download_chunk", 1000, "from the web"), names="diverse chunk 0")
    assert planned(tiny_config, [download], Rates()).stages[0].unknown == {
        "download_chunk from the web: never timed": 1
    }
    folder = tmp_path / "results/pools/diverse"
    folder.mkdir(parents=True)
    (folder / "preflight.json").write_text(
        json.dumps({"rows": 4000, "success": 0.5, "urls_per_second": 20.0, "bytes": 6_000_000})
    )
    (stage,) = planned(tiny_config, [download], Rates()).stages
    assert (stage.seconds, stage.written, stage.unknown) == (50, 1_500_000, {})
    assert stage.by == {"download_chunk by the preflight, processor time not known": 1}
