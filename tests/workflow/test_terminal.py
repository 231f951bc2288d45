"""What a person sees of the real workflow: on a terminal and in a pipe, when a job fails, in a dry run."""

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import PROJECT

from clipcause.session.terminal import ERASE

VOCABULARY = "results/miniweb/vocabulary.csv"
POOL = "results/pools/mine/samples.parquet"
MINE = """
pools: {mine: {source: files, images: pictures, metadata: list.csv, path: path, caption: "a {label}", label: label}}
"""


@pytest.fixture
def broken(checkout, jpeg):
    """A checkout with a pool of the user's own whose list names the wrong column."""
    checkout.layer(MINE)
    (checkout.folder / "pictures").mkdir()
    for number in range(3):
        (checkout.folder / f"pictures/{number}.jpg").write_bytes(jpeg(number))
    mend(checkout, column="file")
    return checkout


def mend(checkout, column: str = "path") -> None:
    (checkout.folder / "list.csv").write_text(f"{column},label\n0.jpg,cat\n1.jpg,dog\n2.jpg,cat\n")


def on_a_terminal(
    checkout, *arguments: str, layers: tuple[str, ...] = ("tiny.yaml",), stop_at: bytes | None = None
) -> tuple[int, str]:
    """Run Snakemake with a pseudo-terminal 100 columns wide; its exit status and all that it wrote there.

    Ctrl-C is pressed once `stop_at` is seen.
    """
    ours, theirs = pty.openpty()
    snakemake = subprocess.Popen(
        checkout.command(*arguments, layers=layers),
        cwd=checkout.folder,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs the tests may ignore it
    )
    with snakemake:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux says so when the last writer has gone
                break
            if not part:
                break
            written += part
            if stop_at and stop_at in written:
                os.killpg(snakemake.pid, signal.SIGINT)
                stop_at = None
    os.close(ours)
    return snakemake.returncode, written.decode()


def test_in_a_pipe_there_are_few_plain_lines(checkout):
    ran = checkout.snakemake(VOCABULARY)
    lines = [line for line in ran.stdout.splitlines() if " left" not in line]
    assert ran.returncode == 0
    assert "jobs 0 of 1 · time left not known yet" in ran.stdout.splitlines()
    (last,) = lines
    assert re.fullmatch(r"Done in \d+ s: 1 job\.", last)
    (log,) = (checkout.folder / ".snakemake/log").glob("*.log")
    assert "rule write_vocabulary:" in log.read_text(), "Snakemake's log file keeps all"


def test_on_a_terminal_one_line_is_drawn_anew(checkout):
    status, written = on_a_terminal(checkout, VOCABULARY)
    assert status == 0
    drawn = written.split(ERASE)
    assert "jobs 0 of 1 · time left not known yet" in drawn
    assert all(len(line) < 100 and "\n" not in line for line in drawn if " left" in line)
    assert re.fullmatch(r"Done in \d+ s: 1 job\.", drawn[-1].strip())


def test_who_asks_for_snakemake_s_messages_gets_them(checkout):
    ran = checkout.snakemake(VOCABULARY, "--printshellcmds")
    assert ran.returncode == 0
    assert "rule write_vocabulary:" in ran.stdout and "python -m clipcause.miniweb vocabulary" in ran.stdout
    assert " left" not in ran.stdout and "Done in" not in ran.stdout
    ran = checkout.snakemake(VOCABULARY, "--forceall", "--quiet", "all")
    assert (ran.returncode, ran.stdout.count("job")) == (0, 0)


def test_a_failed_job_is_told_once_with_what_runs_it_again(broken):
    layers = ("tiny.yaml", "layer.yaml")
    ran = broken.snakemake(POOL, VOCABULARY, "--keep-going", layers=layers)
    assert ran.returncode == 1
    assert len(re.findall(r"^failed: prepare_metadata mine$", ran.stdout, re.M)) == 1
    assert len(re.findall(r"error: ", ran.stdout)) == 1, ran.stdout
    assert "results/pools/mine/metadata.parquet" in ran.stdout
    assert "results/logs/prepare_metadata/mine.log ends with" in ran.stdout
    assert "1 job failed after" in ran.stdout and "1 job, done and kept; 2 jobs not made." in ran.stdout
    assert "Traceback" not in ran.stdout and "CalledProcessError" not in ran.stdout
    assert ran.stdout.splitlines()[-3].startswith("  failed: prepare_metadata mine")
    assert f"go on where it stopped: snakemake --cores all {VOCABULARY} {POOL} --configfile" in ran.stdout
    once_more, by_hand = (re.search(rf"^  {what} +(.*)$", ran.stdout, re.M)[1] for what in ("once more", "by hand"))
    again = run(broken.folder, by_hand)
    assert again.returncode == 1 and again.stderr.startswith("error: list.csv")
    mend(broken)
    ran = run(broken.folder, once_more)
    assert ran.returncode == 0 and "Done in" in ran.stderr, ran.stderr
    assert (broken.folder / "results/pools/mine/metadata.parquet").exists()
    assert not list((broken.folder / "results/logs/failed").glob("*"))


def test_a_job_that_was_killed_is_said_to_be(checkout):
    words = checkout.folder / "workflow/clipcause/miniweb/vocabulary.py"
    words.write_text(words.read_text() + "\nimport os\n\nos.kill(os.getpid(), 9)\n")
    ran = checkout.snakemake(VOCABULARY)
    assert ran.returncode == 1
    assert re.search(
        r"^failed: write_vocabulary\n  was making .*\n  killed by SIGKILL; if nobody did, ", ran.stdout, re.M
    )


def test_ctrl_c_stops_the_run_and_nothing_has_failed(checkout):
    status, written = on_a_terminal(checkout, stop_at=b"now: ")
    assert status == 1
    assert re.search(r"\nStopped after \d+ s: \d+ jobs?, done and kept; \d+ jobs not made\.", written.replace("\r", ""))
    assert "failed" not in written and "Go on where it stopped: snakemake --cores all" in written


def test_a_failure_takes_the_status_line_away(broken):
    status, written = on_a_terminal(broken, POOL, layers=("tiny.yaml", "layer.yaml"))
    assert status == 1
    told = written[written.index("failed: prepare_metadata mine") :]
    assert "\033[1;31merror: " in told and told.count("error: ") == 1
    assert " left" not in told.split("once more")[0]


def run(folder: Path, command: str) -> subprocess.CompletedProcess:
    """Run a command as a person would paste it, with the Snakemake of these tests."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        shlex.split(command), cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )


def test_nothing_to_do_is_said_in_plain_words(finished):
    for arguments in ((), ("-n",)):
        assert finished.snakemake(*arguments).stdout.splitlines()[-3:] == [
            "Nothing to be done: all that was asked for is there and up to date.",
            "Claims: " + claims(finished),
            "Report: results/report.html",
        ]


def claims(checkout) -> str:
    """The verdicts of the study, counted by hand."""
    text = (checkout.folder / "results/studies/longtail/claims.json").read_text()
    verdicts = re.findall(r'"verdict": "([^"]+)"', text)
    counts = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts), key=verdicts.index)}
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda each: -each[1]))


def explained(checkout, *arguments: str, layers: tuple[str, ...] = ("tiny.yaml",)) -> str:
    """What a dry run says after its table of jobs."""
    ran = checkout.snakemake("-n", *arguments, layers=layers)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count("Job stats:") == 1 and "Reasons:" not in ran.stdout and "jobid" not in ran.stdout
    return ran.stdout[ran.stdout.index("Would run: ") :]


def test_an_edited_recipe_is_named_with_its_old_and_new_value(finished):
    assert explained(finished, layers=finished.layer("recipes: {clip: {learning_rate: 0.002}}")) == EDITED_RECIPE
    (shown,) = re.findall(r"```text\n(Would run: .*?)```", (PROJECT / "README.md").read_text(), re.S)
    assert EDITED_RECIPE.startswith(shown)


EDITED_RECIPE = """\
Would run: 10 of 44 jobs, 4 of 10 runs, for longtail
  training
    train: 2 jobs, 4 runs
      the recipe clip was edited (learning_rate: 0.003 -> 0.002): balanced/clip seeds 0-1, longtail/clip seeds 0-1
  evaluation
    encode: 2 jobs
      because of train: balanced/clip seeds 0-1, longtail/clip seeds 0-1
    evaluate: 2 jobs
      because of encode: balanced/clip seeds 0-1, longtail/clip seeds 0-1
  studies
    compare_arms: 1 job
      because of evaluate: longtail
    draw_figures: 1 job
      because of compare_arms, evaluate: longtail
  report
    build_page: 1 job
      because of compare_arms, draw_figures, train
    build_database: 1 job
      because of compare_arms, draw_figures, evaluate, train
What stays: 34 jobs (miniweb 5, pools 3, testsets 3, embeddings 2, subsets 7, concepts 6, training 3, evaluation 5)
This was a dry-run (flag -n): nothing was run, and nothing has changed.
"""


def test_an_edited_subset_and_what_follows(finished):
    told = explained(finished, layers=finished.layer("subsets: {longtail: {imbalance: 6}}"))
    assert "      the subset longtail was edited (imbalance: 5.0 -> 6.0): longtail draw 0, longtail draw 1\n" in told
    assert "      because of build_subset: longtail/clip seeds 0-1, longtail/supervised seeds 0-1\n" in told


def test_an_edited_source_file_is_named(edited):
    loop = edited.folder / "workflow/clipcause/training/loop.py"
    loop.write_text(loop.read_text() + "\n# edited\n")
    told = explained(edited)
    assert (
        "    train: 5 jobs, 10 runs\n      code was edited (clipcause.training.loop): balanced/clip seeds 0-1" in told
    )
    assert "pools 3" in told.splitlines()[-2], "the pool stays"


def test_a_new_arm_is_not_made_yet(finished):
    arm = """
    subsets: {small: {method: random, from: diverse, samples: 100}}
    studies: {longtail: {arms: {clip_small: {subset: small, recipe: clip}}}}
    """
    told = explained(finished, layers=finished.layer(arm))
    assert "    train: 1 job, 2 runs\n      not made yet: small/clip seeds 0-1\n" in told
    assert "      the study longtail was edited (arms.clip_small added): longtail\n" in told


def test_a_forced_rule_is_said_to_be_forced(finished):
    told = explained(finished, "results/pools/diverse/samples.parquet", "--forcerun", "index_pool")
    assert told.startswith("Would run: 1 of 4 jobs\n  pools\n    index_pool: 1 job\n      you force it: diverse\n")


def test_scripts_get_what_snakemake_says(finished):
    layers = finished.layer("recipes: {clip: {learning_rate: 0.002}}")
    said = finished.snakemake("-n", "--quiet", "all", layers=layers).stdout
    assert "Would run:" not in said and "rule train_seeds_0_to_1:" in said
