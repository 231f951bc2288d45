"""What is said of a job that failed, at the end, and of a plan."""

import json
import subprocess

import pytest

from clipcause.session import endings
from clipcause.session.deaths import death
from clipcause.session.explanation import Planned, explanation
from clipcause.session.failures import Failures
from clipcause.session.jobs import Job, names_of, runs_in, seeds_of, step_of
from clipcause.session.overview import Overview

OUTPUTS = tuple(f"results/runs/longtail/clip/seed{seed}/model.safetensors" for seed in (0, 1))
TRAIN = Job(1, "train", "longtail/clip seeds 0-1", "training", OUTPUTS, ("train.log",), runs=2)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_job_is_named_by_what_it_makes():
    assert names_of("train_seeds_0_to_1", {"subset": "longtail", "recipe": "clip"}) == "longtail/clip seeds 0-1"
    assert names_of("encode_seeds_2_to_2", {"subset": "a", "recipe": "b"}) == "a/b seed 2"
    assert names_of("embed_images", {"embedder": "own", "part": "1", "parts": "4"}) == "own part 1"
    assert step_of("train_seeds_0_to_11") == "train" and step_of("index_pool") == "index_pool"
    assert runs_in((*OUTPUTS, "results/runs/longtail/clip/seed0/run.json")) == 2
    assert list(seeds_of("train_seeds_2_to_4")) == [2, 3, 4] and list(seeds_of("encode_pretrained")) == [0]


def test_a_failure_tells_the_end_of_the_log_once_and_how_to_run_it_again(tmp_path):
    (tmp_path / "train.log").write_text("\n".join(f"line {n}" for n in range(30)) + "\nerror: the loss is nan\n")
    failures = Failures(["config.yaml", "my own.yaml"], {"seeds": 2}, {"longtail", "bias"})
    told = failures.told(TRAIN, TRAIN.logs, "echo 'it runs' > made.txt", since=0, loud=lambda text: f"!{text}!")
    assert told.splitlines()[1:5] == [
        "!failed: train longtail/clip seeds 0-1!",
        f"  was making   {OUTPUTS[0]} and 1 more",
        "  its log      train.log ends with",
        "    | line 16",
    ]
    assert "    > !error: the loss is nan!" in told and told.count("the loss is nan") == 1
    once_more, by_hand = (line.split(maxsplit=2)[2] for line in told.splitlines()[-2:])
    layers = "--configfile config.yaml 'my own.yaml' --config seeds=2"
    assert once_more == f"snakemake --cores all {OUTPUTS[0]} {layers}"
    assert failures.command() == f"snakemake --cores all bias longtail {layers}"
    subprocess.run(["bash", "-c", by_hand], check=True)
    assert (tmp_path / "made.txt").read_text() == "it runs\n"


def test_a_job_of_a_conda_environment_runs_in_it_by_hand(tmp_path):
    program = tmp_path / "environment/bin/clip"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho from conda > made.txt\n")
    program.chmod(0o755)
    told = Failures([], {}).told(TRAIN, (), "clip", since=0, environment=str(tmp_path / "environment"))
    subprocess.run(["bash", "-c", told.splitlines()[-1].split(maxsplit=2)[2]], check=True)
    assert (tmp_path / "made.txt").read_text() == "from conda\n"


def test_a_failure_without_a_word_says_so():
    failures = Failures([], {})
    assert "its log      train.log is empty" in failures.told(TRAIN, TRAIN.logs, None, since=0)
    assert "    the node is down" not in failures.told(TRAIN, TRAIN.logs, None, since=0)
    assert "  the node is down" in failures.told(TRAIN, TRAIN.logs, None, since=0, why="the node is down")


@pytest.mark.parametrize(
    ("log", "end"),
    [
        (b"\x1b[2J\x1b]0;title\x07here \x1b[31mred\x1b[0m\x08\n", ["    | here red"]),
        (b"ol\xe9\n", ["    | ol\ufffd"]),
        (b"a\rb\n\n  \n", ["    | a", "    | b"]),
        (b"x" * 100_000, ["    | " + "x" * 1000 + "…"]),
    ],
)
def test_whatever_a_log_holds_its_end_is_plain_text(tmp_path, log, end):
    (tmp_path / "train.log").write_bytes(log)
    told = Failures([], {}).told(TRAIN, TRAIN.logs, None, since=0).splitlines()
    assert [line.rstrip() for line in told if line.startswith("    ")] == end


def test_what_a_signal_ended_is_told_apart_from_what_failed():
    killed = "killed by SIGKILL; if nobody did, memory ran out: fewer --cores, or smaller batches"
    assert death("Command 'train' died with <Signals.SIGKILL: 9>.") == killed
    assert death("Command 'train' returned non-zero exit status 137.") == killed
    assert death("Command 'train' returned non-zero exit status 139.") == "killed by SIGSEGV"
    assert death("Command 'train' returned non-zero exit status 1.") is None
    assert death("Command 'train' returned non-zero exit status 255.") is None


def test_a_failure_is_told_where_nothing_can_be_written(tmp_path):
    (tmp_path / "results").write_text("in the way")  # as a full disk is
    told = Failures([], {}).told(TRAIN, TRAIN.logs, "true", since=0)
    assert "failed: train" in told and "by hand      not written to a script (" in told


def test_commands_of_jobs_that_failed_before_go(tmp_path):
    Failures([], {}).told(TRAIN, TRAIN.logs, "true", since=0)
    assert len(list(tmp_path.glob("results/logs/failed/*.sh"))) == 1
    Failures([], {})
    assert not list(tmp_path.glob("results/logs/failed/*"))


def test_the_last_words(tmp_path):
    other, late = Job(2, "index_pool", "diverse"), Job(3, "compare_arms", "longtail")
    overview = Overview([TRAIN, other, late])
    for job in (TRAIN, other):
        overview.started(job.number, 0)
    overview.finished(TRAIN.number, 5)
    overview.stopped(other.number)
    assert endings.failure(overview, 130, "snakemake --cores all", "all.log").splitlines() == [
        "",
        "1 job failed after 2 min: 1 job, 2 runs trained, done and kept; 1 job not made.",
        "  failed: index_pool diverse",
        "Mend what the logs say, then go on where it stopped: snakemake --cores all",
        "All that Snakemake said: all.log",
    ]
    overview.failed.clear()
    assert endings.failure(overview, 5, "snakemake", "").splitlines()[1].startswith("Stopped after 5 s: 1 job")
    verdicts = [{"verdict": verdict} for verdict in ("supported", "inconclusive", "supported")]
    (tmp_path / "claims.json").write_text(json.dumps({"claims": verdicts}))
    asked_for = {"./claims.json", "gone/claims.json", endings.REPORT}
    assert endings.success(overview, asked_for, 75).splitlines() == [
        "Done in 75 s: 1 job, 2 runs trained.",
        "Claims: 2 supported, 1 inconclusive",
        "Report: results/report.html",
    ]
    assert endings.nothing_to_do({"a"}) == endings.NOTHING


def test_a_plan_is_told_by_stage_step_and_cause():
    plan = [
        Planned(TRAIN, ("the recipe clip was edited (learning_rate: 1 -> 2)",), ()),
        Planned(Job(4, "train", "balanced/clip seeds 0-1", "training", runs=2), ("not made yet",), ()),
        Planned(Job(5, "compare_arms", "longtail", "studies"), (), ("evaluate", "train")),
    ]
    kept = [Job(6, "index_pool", "diverse", "pools"), Job(7, "train", "x", "training", runs=1)]
    assert explanation(plan, kept, ["longtail"]).splitlines() == [
        "Would run: 3 of 5 jobs, 4 of 5 runs, for longtail",
        "  training",
        "    train: 2 jobs, 4 runs",
        "      the recipe clip was edited (learning_rate: 1 -> 2): longtail/clip seeds 0-1",
        "      not made yet: balanced/clip seeds 0-1",
        "  studies",
        "    compare_arms: 1 job",
        "      because of evaluate, train: longtail",
        "What stays: 2 jobs (pools 1, training 1)",
        "This was a dry-run (flag -n): nothing was run, and nothing has changed.",
    ]
