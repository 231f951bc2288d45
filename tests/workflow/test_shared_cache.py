"""Two working directories with one cache: what one has downloaded and counted, the other takes over."""

from pathlib import Path

import pytest
from checkouts import Checkout
from digests import result_digests

pytestmark = pytest.mark.slow

POOL = """
miniweb: {images: 1000, test_images_per_class: 4}
pools:
  diverse: {chunks: 2}
"""
TARGETS = ("results/pools/diverse/samples.parquet", "results/concepts/objects/pools/diverse/frequency.parquet")
STORED = ("pools/diverse/chunks", "pools/diverse/shards", "concepts/objects/pools/diverse/parts")
KINDS = {"downloads": "shards", "counts": "frequency.parquet"}


def taken_over(checkout: Checkout) -> dict[str, bool]:
    """Whether each file that a cached job wrote here points into the cache: path -> whether it does."""
    files = [
        file for folder in STORED for file in (checkout.folder / "results" / folder).rglob("[!.]*") if file.is_file()
    ]
    cache = checkout.folder.parent / "cache"
    assert {Path(file).suffix for file in files} >= {".tar", ".json", ".parquet"}
    return {str(file.relative_to(checkout.folder)): file.resolve().is_relative_to(cache) for file in files}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(folder))
    return folder


def run(checkout: Checkout, layer: str = POOL, targets: tuple[str, ...] = TARGETS) -> None:
    ran = checkout.snakemake(*targets, "--cache", layers=checkout.layer(layer))
    assert ran.returncode == 0, ran.stdout


def stored(cache: Path) -> dict[str, int]:
    """How many jobs have put their outputs into the cache: downloads of a chunk, and counts of a part."""
    return {kind: len(list(cache.glob(f"*_{name}"))) for kind, name in KINDS.items()}


def test_a_second_working_directory_downloads_and_counts_nothing(tmp_path, cache):
    first, second = Checkout(tmp_path / "first"), Checkout(tmp_path / "second")
    run(first)
    assert stored(cache) == {"downloads": 2, "counts": 2}
    run(second)
    assert stored(cache) == {"downloads": 2, "counts": 2}
    assert all(taken_over(second).values())
    assert result_digests(second.folder) == result_digests(first.folder)


def test_a_second_working_directory_embeds_nothing(tmp_path, cache):
    first, second = Checkout(tmp_path / "first"), Checkout(tmp_path / "second")
    targets = tuple(f"results/embeddings/own/pools/diverse/{side}/part1of1" for side in ("images", "captions"))
    run(first, POOL.replace("chunks: 2", "chunks: 1"), targets)
    entries = {entry.name: entry.stat().st_mtime_ns for entry in cache.iterdir()}
    assert {(first.folder / target).resolve().parent for target in targets} == {cache}
    run(second, POOL.replace("chunks: 2", "chunks: 1"), targets)
    assert {entry.name: entry.stat().st_mtime_ns for entry in cache.iterdir()} == entries
    for target in targets:
        ours, theirs = ({file.name: file for file in (each.folder / target).glob("[!.]*")} for each in (second, first))
        assert len(ours) > 1 and ours.keys() == theirs.keys()
        assert all(file.resolve() == theirs[name].resolve() for name, file in ours.items())


def test_what_depends_on_a_change_is_made_anew(tmp_path, cache):
    first, edited, slower = Checkout(tmp_path / "first"), Checkout(tmp_path / "edited"), Checkout(tmp_path / "slower")
    run(first)
    with open(edited.folder / "workflow/clipcause/concepts/matcher.py", "a") as code:
        code.write("\nEDITED = True\n")
    run(edited)
    assert stored(cache) == {"downloads": 2, "counts": 4}
    run(slower, POOL.replace("chunks: 2", "chunks: 2, timeout_seconds: 9"))
    assert stored(cache) == {"downloads": 4, "counts": 6}


def test_what_a_further_round_fetched_is_taken_over_too(tmp_path, cache):
    """Else the same URLs would be asked for again, and might answer otherwise this time."""
    first, second = Checkout(tmp_path / "first"), Checkout(tmp_path / "second")
    for checkout in (first, second):
        run(checkout, POOL.replace("chunks: 2", "rounds: 2"))
        assert stored(cache) == {"downloads": 1, "counts": 1}
        assert len(list(cache.glob("*_shards.round2"))) == 1
    assert all(taken_over(second).values())
    assert result_digests(second.folder) == result_digests(first.folder)


def test_a_site_that_is_a_folder_is_refused_before_anything_starts(tmp_path, cache):
    checkout = Checkout(tmp_path)
    (tmp_path / "site").mkdir()
    ran = checkout.snakemake("--cache", layers=checkout.layer("pools: {diverse: {site: site}}"))
    assert ran.returncode == 1
    assert ran.stdout == (
        "error: pools.diverse.site: site is a folder, of which --cache cannot tell whether it is the same elsewhere; "
        "name a zip of it\n"
    )


@pytest.mark.parametrize(("folder", "told"), [(None, "needs the environment variable"), ("nowhere", "make it")])
def test_without_a_folder_to_share_in_nothing_starts(tmp_path, monkeypatch, folder, told):
    monkeypatch.delenv("SNAKEMAKE_OUTPUT_CACHE", raising=False)
    if folder:
        monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", folder)
    ran = Checkout(tmp_path).snakemake("--cache")
    assert ran.returncode == 1
    assert ran.stdout.startswith("error: ") and told in ran.stdout
    assert len(ran.stdout.splitlines()) == 1
