"""A pool: every page accounted for, the same bytes for the same seed, whatever the number of processes."""

import io
import multiprocessing
import os
import resource
import subprocess
import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from PIL import Image, UnidentifiedImageError

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest
from clipcause.miniweb import pool as pools
from clipcause.miniweb.page import BROKEN_BYTES, original_of
from clipcause.miniweb.pool import write_pool


def build(folder, settings, name="diverse", threads=1):
    write_pool(name, settings, folder / "site.zip", folder / "metadata.parquet", threads)
    return pq.read_table(folder / "metadata.parquet").to_pylist(), zipfile.ZipFile(folder / "site.zip")


@pytest.fixture(scope="module")
def built(tmp_path_factory, small):
    return build(tmp_path_factory.mktemp("pool"), replace(small, images=400))


def test_every_row_answers_as_its_fault_says(built):
    rows, site = built
    files = set(site.namelist())
    assert {row["truth_fault"] for row in rows} == {None, "dead", "broken", "not an image", "slow"}
    for row in rows:
        path, _, delay = row["url"].partition("?delay=")
        fault = row["truth_fault"]
        assert (path in files) == (fault != "dead")
        assert bool(delay) == (fault == "slow")
        assert not delay or 0 < float(delay) < 1
        if fault in (None, "slow"):
            assert Image.open(io.BytesIO(site.read(path))).size == (24, 24)
        elif fault != "dead":
            with pytest.raises((UnidentifiedImageError, OSError)):
                Image.open(io.BytesIO(site.read(path))).load()
    assert len({row["url"] for row in rows}) == len(rows) == 400
    assert len(files) == sum(row["truth_fault"] != "dead" for row in rows)


def test_site_is_stored_in_order_without_times(built):
    _, site = built
    assert site.namelist() == sorted(site.namelist())
    assert {(entry.compress_type, entry.date_time) for entry in site.infolist()} == {
        (zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0))
    }


def test_duplicates_look_alike_but_differ_in_bytes(built):
    rows, site = built
    plain = [row for row in rows if row["truth_fault"] in (None, "slow")]
    groups: dict[int, list] = {}
    for row in plain:
        groups.setdefault(row["truth_duplicate_group"], []).append(site.read(row["url"].partition("?")[0]))
    assert 0.1 < 1 - len({row["truth_duplicate_group"] for row in rows}) / len(rows) < 0.3
    pixels = {g: [np.asarray(Image.open(io.BytesIO(b)), float) for b in members] for g, members in groups.items()}
    within = [np.abs(p[0] - other).mean() for p in pixels.values() for other in p[1:]]
    firsts = [p[0] for p in pixels.values()]
    across = [np.abs(a - b).mean() for a, b in pairwise(firsts)]
    assert len(within) > 20
    assert np.median(within) < 0.4 * np.median(across)
    every = [content for members in groups.values() for content in members]
    assert len(set(every)) == len(every)


def test_a_copy_shares_label_style_and_ribbon_with_its_original(built):
    rows, _ = built
    for row in rows:
        original = rows[row["truth_duplicate_group"]]
        assert all(row[key] == original[key] for key in ("label", "truth_style", "truth_attribute"))


def test_originals_are_their_own_originals(small):
    for number in range(200):
        original = original_of(small, "pool diverse", number)
        assert original <= number
        assert original_of(small, "pool diverse", original) == original


def test_same_seed_same_bytes_whatever_the_threads(tmp_path, small, monkeypatch):
    monkeypatch.setattr(pools, "CHUNK", 16)
    digests = set()
    for run, threads in enumerate((1, 1, 2)):
        build(tmp_path / str(run), small, threads=threads)
        folder = tmp_path / str(run)
        digests.add((file_digest(folder / "site.zip"), file_digest(folder / "metadata.parquet")))
    assert len(digests) == 1
    build(tmp_path / "other", replace(small, seed=4))
    assert file_digest(tmp_path / "other" / "site.zip") not in {site for site, _ in digests}


DRAWN = """
from hashlib import sha256
from clipcause.config import resolve
from clipcause.miniweb.pool import draw_pages
from clipcause.miniweb.settings import Settings
web = {"zipf_exponent": 1.0, "attribute_mean": 0.7, "attribute_association": 0.25}
pages = draw_pages("diverse", Settings(**resolve({"miniweb": web})["miniweb"]), range(22_980, 22_990))
print(sha256(b"".join(page.content or b"" for page in pages)).hexdigest())
"""


def test_pictures_do_not_hang_on_how_the_processor_multiplies_matrices():
    """Picture 22,984 stands where a last bit decides how light its background is."""
    kinds = [{"OPENBLAS_CORETYPE": kind} for kind in ("Prescott", "Haswell", "SkylakeX")] + [{}]
    bare = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    digests = {subprocess.check_output([sys.executable, "-c", DRAWN], env=bare | kind, text=True) for kind in kinds}
    assert len(digests) == 1


def test_a_larger_pool_begins_with_the_smaller_one(tmp_path, small):
    few, _ = build(tmp_path / "few", replace(small, images=20))
    more, _ = build(tmp_path / "more", replace(small, images=40))
    assert more[:20] == few


def test_the_photo_pool_holds_other_pictures_all_photos(tmp_path, small, built):
    rows, site = build(tmp_path, small, name="photo")
    assert {row["truth_style"] for row in rows} == {"photo"}
    photos, others = ({web.read(name) for name in web.namelist()} for web in (site, built[1]))
    assert all(len(content) <= BROKEN_BYTES for content in photos & others)  # web pages and bare headers alone


def test_an_unknown_pool_is_named_with_the_known_ones(tmp_path, small):
    with pytest.raises(UserError, match=r"miniweb pool sketches: .* diverse, photo"):
        build(tmp_path, small, name="sketches")
    assert not list(tmp_path.iterdir())


def peak_of(folder, settings):
    """Build a pool, and return the most memory in kilobytes that this process, or one it started, has had.

    Linux hands `ru_maxrss` on to the processes that a process starts, so this one reads its own from `VmHWM`.
    """
    write_pool("diverse", settings, folder / "site.zip", folder / "metadata.parquet", threads=2)
    status = Path("/proc/self/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


@pytest.mark.slow
def test_two_hundred_thousand_images_in_bounded_memory(tmp_path, small):
    settings = replace(small, images=200_000)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        peak = pool.submit(peak_of, tmp_path, settings).result()
    assert peak < 500_000, f"{peak} kilobytes"
    rows = pq.read_table(tmp_path / "metadata.parquet", columns=["url", "truth_fault"])
    assert pc.count_distinct(rows["url"]).as_py() == settings.images
    with zipfile.ZipFile(tmp_path / "site.zip") as site:
        assert len(site.namelist()) == pc.sum(pc.fill_null(pc.not_equal(rows["truth_fault"], "dead"), True)).as_py()
