"""Snakemake's cache under our session: several working directories at once, half of an entry, a cache that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKFLOW = Path(__file__).parents[2] / "workflow"
SNAKEFILE = """
import errno, os, shutil, sys
sys.path.insert(0, {package!r})
from clipcause import session

move = shutil.move

def into_a_full_cache(source, target, **settings):
    if str(source) == "results/shards":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
    return move(source, target, **settings)

if os.environ["FULL"]:
    shutil.move = into_a_full_cache

session.shares_outputs(workflow, {{}})

rule download:
    output:
        rows="results/rows.txt",
        shards=directory("results/shards"),
    cache: True
    shell:
        "mkdir -p {{output.shards}}; bash meanwhile; "
        "echo $WHO > {{output.rows}}; echo $WHO > {{output.shards}}/images"
"""


class Folder:
    """A working directory whose one job writes its own name twice, as a download writes rows and images.

    While it does so it runs a shell command, `meanwhile`, which is no part of what names its entry in the cache.
    """

    def __init__(self, folder: Path, meanwhile: str = "true") -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "Snakefile").write_text(SNAKEFILE.format(package=str(WORKFLOW)))
        (folder / "meanwhile").write_text(meanwhile)
        self.command = [sys.executable, "-m", "snakemake", "--cores", "1", "--cache", "--quiet", "rules"]

    def run(self, cache: str, full: str = "") -> str:
        """Run Snakemake to its end; what it said."""
        ran = subprocess.run(
            self.command,
            cwd=self.folder,
            env=os.environ | {"SNAKEMAKE_OUTPUT_CACHE": cache, "WHO": self.folder.name, "FULL": full},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stdout
        return ran.stdout

    def holds(self) -> tuple[str, str]:
        """Who wrote the rows, and who wrote the images."""
        rows, images = (self.folder / "results" / each for each in ("rows.txt", "shards/images"))
        return rows.read_text().strip(), images.read_text().strip()


@pytest.fixture
def cache(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


def test_of_two_at_once_the_second_takes_over_what_the_first_has_put_there(tmp_path, cache):
    first = Folder(tmp_path / "first")
    second = Folder(tmp_path / "second", f"cd {first.folder}; WHO=first {' '.join(first.command)}")
    second.run(str(cache))
    assert first.holds() == second.holds() == ("first", "first")
    assert (second.folder / "results/rows.txt").resolve().parent == cache


def test_half_of_an_entry_is_made_anew_whole(tmp_path, cache):
    first, second = Folder(tmp_path / "first"), Folder(tmp_path / "second")
    first.run(str(cache))
    next(cache.glob("*_rows.txt")).unlink()
    second.run(str(cache))
    assert second.holds() == ("second", "second")


def test_what_a_full_cache_cannot_take_stays_here(tmp_path, cache):
    folder = Folder(tmp_path / "here")
    said = folder.run(str(cache), full="yes")
    assert "not shared" in said and "No space left on device" in said and "Traceback" not in said
    assert folder.holds() == ("here", "here")
    assert not (folder.folder / "results/rows.txt").is_symlink()
    assert not list(cache.glob("[!.]*"))


def test_a_lock_that_leads_elsewhere_is_left_alone(tmp_path, cache):
    (cache / ".lock").symlink_to(tmp_path / "elsewhere")
    folder = Folder(tmp_path / "here")
    assert "not shared" in folder.run(str(cache))
    assert folder.holds() == ("here", "here") and not (tmp_path / "elsewhere").exists()


def test_a_cache_is_found_from_wherever_links_lead_to_it(tmp_path, cache):
    folder = Folder(tmp_path / "here")
    folder.run("../cache")
    assert folder.holds() == ("here", "here")
