"""A job whose input was damaged behind the workflow's back ends with one line that names the file, or does not read it.

What a job does not read changes nothing: its results are then as they were.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import Checkout
from digests import result_digests
from planned import Job, jobs

pytestmark = pytest.mark.faults
DAMAGES = ("cut", "garbage", "empty", "gone")
UNSEEN = {".csv": "cut", ".tar": "garbage"}  # a shorter list is a list, and images that are none are told by uid
RULES = [
    *("index_testset_folder", "index_pool", "check_testsets", "count_concepts", "draw_frequencies"),
    *("build_subset", "describe_subset", "train_seeds_0_to_1", "embed_images", "embed_testsets_by_own"),
    *("encode_seeds_0_to_1", "evaluate_seeds_0_to_1", "compare_arms", "draw_figures"),
    *("build_database", "build_page"),
]


@pytest.fixture(scope="module")
def planned(finished) -> dict[str, Job]:
    """One job of each rule."""
    return {job.rule: job for job in jobs(finished)}


@pytest.fixture(scope="module")
def damaged(finished, tmp_path_factory) -> Checkout:
    return finished.copy(tmp_path_factory.mktemp("damaged") / "copy")


def victims(checkout: Checkout, job: Job) -> list[Path]:
    """The files that a job reads, one of each name; of a folder its largest."""
    found = {}
    for name in job.inputs:
        path = checkout.folder / name
        files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        file = max(files, key=lambda each: each.stat().st_size)
        found.setdefault(file.name if path.is_file() else path.name, file)
    return list(found.values())


def damage(path: Path, how: str, chance: random.Random) -> None:
    content = path.read_bytes()
    path.unlink()  # it may be linked
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "garbage":
        path.write_bytes(chance.randbytes(len(content)))
    elif how == "empty":
        path.touch()


def by_hand(checkout: Checkout, command: str) -> subprocess.CompletedProcess:
    """Run a job's command as one pastes it."""
    environment = os.environ | {
        "PYTHONPATH": str(checkout.folder / "workflow"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return subprocess.run(
        ["bash", "-c", command], cwd=checkout.folder, env=environment, capture_output=True, text=True, timeout=600
    )


@pytest.mark.parametrize("rule", RULES)
def test_damage_is_named_by(finished, damaged, planned, fault_seed, rule):
    chance = random.Random(f"{fault_seed} {rule}")
    wrong = []
    for victim in victims(damaged, planned[rule]):
        for how in chance.sample([each for each in DAMAGES if each != UNSEEN.get(victim.suffix)], 2):
            whole = finished.folder / victim.relative_to(damaged.folder)
            damage(victim, how, chance)
            shutil.rmtree(damaged.folder / "results/state", ignore_errors=True)
            ran = by_hand(damaged, planned[rule].command)
            told = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
            name = str(victim.relative_to(damaged.folder))
            named = len(told) == 1 and any(str(part) in told[0] for part in [name, *Path(name).parents][:3])
            victim.unlink(missing_ok=True)
            shutil.copy2(whole, victim)
            unread = ran.returncode == 0 and result_digests(damaged.folder) == result_digests(finished.folder)
            if not unread and (ran.returncode != 1 or not named or "Traceback" in ran.stderr):
                wrong.append(f"{how} {name}: status {ran.returncode}\n{ran.stderr[-1500:]}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("how", ["cut", "gone"])
def test_following_what_is_said_of_a_damaged_shard_heals(finished, finished_copy, fault_seed, how):
    folder = finished_copy.folder
    damage(folder / "results/pools/diverse/shards/0/00000.tar", how, random.Random(fault_seed))
    shutil.rmtree(folder / "results/runs/longtail/clip")
    shutil.rmtree(folder / "results/state")
    failed = finished_copy.snakemake("results/runs/longtail/clip/seed0/run.json")
    assert failed.returncode == 1
    said = re.search(r"error: .*00000.tar: .*; delete (\S+) and run again, it is then made anew", failed.stdout)
    assert said, failed.stdout
    shutil.rmtree(folder / said[1])
    for again in (finished_copy.snakemake("results/runs/longtail/clip/seed0/run.json"), finished_copy.snakemake()):
        assert again.returncode == 0, again.stdout
    assert result_digests(folder) == result_digests(finished.folder)
