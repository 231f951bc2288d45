"""Folders that are not as usual: read-only, linked, oddly named; and clocks that jump."""

import os
import shutil
import time

import pytest
from checkouts import Checkout
from digests import result_digests
from small_disk import SmallDisk

pytestmark = pytest.mark.faults
DAY = 24 * 3600


def test_read_only_results(finished, tmp_path):
    copied = finished.copy(tmp_path / "copy")
    with SmallDisk(copied.folder / "results", "size=200m") as disk:
        shutil.copytree(finished.folder / "results", disk.files, dirs_exist_ok=True)
        disk.remount("ro")
        again = copied.command("--forcerun", "build_subset")
        ran = disk.run(again, copied.folder)
        assert ran.returncode == 1
        assert "Read-only file system" in ran.stdout or "Write-protected output files" in ran.stdout, ran.stdout
        assert "results/" in ran.stdout
        assert "Traceback" not in ran.stdout, ran.stdout
        disk.remount("rw")
        ran = disk.run(again, copied.folder)
        assert ran.returncode == 0, ran.stdout
        assert result_digests(disk.files.parent) == result_digests(finished.folder)


def test_read_only_sources(finished, tmp_path):
    """Only .snakemake and results are written to."""
    copied = Checkout(tmp_path)
    with SmallDisk(copied.folder / "workflow", "size=50m") as disk:
        shutil.copytree(finished.folder / "workflow", disk.files, dirs_exist_ok=True)
        disk.remount("ro")
        ran = disk.run(copied.command("results/pools/diverse/samples.parquet"), copied.folder)
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("name", ["two words, Füße ☃", 'it\'s "(100%)" & $HOME; #'])
def test_odd_names_of_the_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    checkout = Checkout(tmp_path / name)
    ran = checkout.snakemake(
        "longtail", "results/concepts/objects/pools/diverse/card.json", "--until", "count_concepts"
    )
    assert ran.returncode == 0, ran.stdout


def test_a_folder_with_braces_is_refused(tmp_path):
    (tmp_path / "a{b}c").mkdir()
    ran = Checkout(tmp_path / "a{b}c").snakemake("-n")
    assert ran.returncode == 1 and "takes the braces in this path for wildcards; rename the folder" in ran.stdout
    assert "Traceback" not in ran.stdout, ran.stdout


def test_results_on_another_disk_by_a_link(finished, finished_copy, tmp_path):
    shutil.move(finished_copy.folder / "results", tmp_path / "elsewhere")
    (finished_copy.folder / "results").symlink_to(tmp_path / "elsewhere")
    assert not finished_copy.jobs()
    ran = finished_copy.snakemake("--forcerun", "train_seeds_0_to_1")
    assert ran.returncode == 0, ran.stdout
    assert result_digests(finished_copy.folder) == result_digests(finished.folder)


@pytest.mark.parametrize("days", [-400, 400])
def test_the_clock_jumps_between_two_runs(finished, finished_copy, days):
    """All that a first half has made is dated otherwise; the second half is made, and then nothing is left to do."""
    results = finished_copy.folder / "results"
    now = time.time()
    for path in results.rglob("*"):
        os.utime(path, (now + days * DAY,) * 2)
    ran = finished_copy.snakemake("--forcerun", "evaluate_seeds_0_to_1")
    assert ran.returncode == 0, ran.stdout
    assert result_digests(finished_copy.folder) == result_digests(finished.folder)
    assert not finished_copy.jobs()
