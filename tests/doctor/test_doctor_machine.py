"""Disk, memory, limits, threads and the clock, on machines of all sizes."""

import os
import resource
import shutil
import tempfile
from collections import namedtuple

import pytest

from clipcause.doctor import machine
from clipcause.doctor.finding import OK, PROBLEM, WARNING
from clipcause.doctor.machine import (
    check_disk,
    check_home,
    check_limits,
    check_memory,
    check_results,
    check_temporary,
    check_threads,
    memory_mb,
)

GB = 10**9
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def free(monkeypatch):
    """A function that sets how many bytes are free on every disk."""
    return lambda count: monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, count))


@pytest.mark.parametrize(
    ("room", "wanted", "whole", "level"),
    [
        (100, 50, True, OK),
        (100, 90, True, WARNING),
        (100, 101, True, PROBLEM),
        (100, 50, False, WARNING),
        (100, 101, False, PROBLEM),
        (100, None, False, WARNING),
    ],
)
def test_there_is_room_for_what_is_still_to_write(tmp_path, free, room, wanted, whole, level):
    free(room * GB)
    (found,) = check_disk(tmp_path, None if wanted is None else wanted * GB, whole)
    assert found.level == level and "100.0 GB free" in found.says
    assert (found.remedy != "") == (level != OK)


def test_temporary_files_need_room_too(free, monkeypatch):
    free(1 * GB)
    (found,) = check_temporary()
    assert found.level == WARNING and "TMPDIR" in found.remedy


def test_without_a_folder_for_temporary_files_one_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "nowhere")])
    (found,) = check_temporary()
    assert found.level == PROBLEM and "nowhere" in found.says and "TMPDIR" in found.remedy


def test_snakemake_s_own_cache_needs_a_place(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (new,) = check_home()
    (tmp_path / "home").write_text("no folder")
    (lost,) = check_home()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (told,) = check_home()
    assert [each.level for each in (new, lost, told)] == [OK, PROBLEM, OK]
    assert "XDG_CACHE_HOME" in lost.remedy and not (tmp_path / "cache").exists()


def test_results_are_written_where_they_will_lie(tmp_path):
    assert [(each.subject, each.level) for each in check_results(tmp_path)] == [("results", OK), ("clock", OK)]
    assert list(tmp_path.iterdir()) == []
    (found,) = check_results(tmp_path / "no" / "results")
    assert found.level == PROBLEM and "can't be written" in found.says


def test_a_file_server_s_clock_that_is_off_is_seen(tmp_path, monkeypatch):
    now = machine.time.time()
    monkeypatch.setattr(machine, "time", type("Clock", (), {"time": staticmethod(lambda: now - 3600)}))
    *_, found = check_results(tmp_path)
    assert found.level == PROBLEM and "s ahead" in found.says and "NTP" in found.remedy


def test_the_largest_job_fits_into_the_container_s_memory(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{3000 << 20}\n")
    monkeypatch.setattr(machine, "CGROUP", limit)
    assert memory_mb() == 3000
    (small,), (large,) = check_memory(3000, "train a/b"), check_memory(3001, "train a/b")
    assert (small.level, large.level) == (OK, PROBLEM)
    assert "train a/b" in large.says and "train:mem_mb=3000" in large.remedy
    limit.write_text("max\n")
    assert memory_mb() == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


@pytest.mark.parametrize(("soft", "downloads", "level"), [(1024, True, WARNING), (1024, False, OK), (65536, True, OK)])
def test_downloads_need_many_open_files(monkeypatch, soft, downloads, level):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (soft, 1 << 20))
    (found,) = check_limits(downloads)
    assert found.level == level


def test_threads_and_cores_fit_the_machine(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert [next(check_threads(cores)).level for cores in (1, 2, 3)] == [OK, OK, WARNING]
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert "unset OMP_NUM_THREADS" in next(check_threads(2)).remedy
