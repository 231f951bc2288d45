"""A disk that is full: each stage says which one and what to do, leaves nothing half-made, and then goes on."""

import random
import shutil
import stat

import pytest
from digests import result_digests
from small_disk import KB, SmallDisk
from stages import STAGES

pytestmark = pytest.mark.faults
ROOMY = "size=200m"


def without(results, stage: str) -> int:
    """Delete what a stage has made; how many bytes these were."""
    size = 0
    for pattern in STAGES[stage].results:
        for path in sorted(results.glob(pattern)):
            for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
                size += file.stat().st_size if stat.S_ISREG(file.stat().st_mode) else 0
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return size


@pytest.fixture
def on_small_disk(finished, tmp_path):
    """A copy of the finished checkout whose results/ are on a disk of their own."""
    copied = finished.copy(tmp_path / "copy")
    with SmallDisk(copied.folder / "results", ROOMY) as disk:
        shutil.copytree(finished.folder / "results", disk.files, dirs_exist_ok=True)
        yield copied, disk


@pytest.mark.parametrize("stage", STAGES)
def test_full_disk_while(finished, on_small_disk, fault_seed, stage):
    checkout, disk = on_small_disk
    size = without(disk.files, stage)
    command = checkout.command(*STAGES[stage].until, "--forcerun", *STAGES[stage].rules)
    share = random.Random(f"{fault_seed} {stage}").uniform(0.05, 0.3)
    for room in (0, int(size * share)):
        disk.leave_free(room)
        ran = disk.run(command, checkout.folder)
        assert ran.returncode == 1, ran.stdout
        assert f"the disk at {disk.folder} is full" in ran.stdout and "make room" in ran.stdout, ran.stdout
        assert "Traceback" not in ran.stdout and "a bug in" not in ran.stdout, ran.stdout
        ours, theirs = (result_digests(folder) for folder in (disk.files.parent, finished.folder))
        assert ours.items() <= theirs.items(), "what is there is whole"
        assert not list(disk.files.rglob(".*.part*"))
    disk.make_room()
    ran = disk.run(command, checkout.folder)
    assert ran.returncode == 0, ran.stdout
    assert result_digests(disk.files.parent) == result_digests(finished.folder)


def test_a_disk_that_is_too_small_for_everything(finished, tmp_path, fault_seed):
    """Snakemake's own files are on it as well."""
    (tmp_path / "copy").mkdir()
    with SmallDisk(tmp_path / "copy", "size=3m") as disk:
        for name in ("workflow", "envs"):
            shutil.copytree(finished.folder / name, disk.files / name)
        for name in ("Snakefile", "config.yaml", "tiny.yaml"):
            shutil.copy2(finished.folder / name, disk.files)
        command = finished.command()
        size = 4000 * KB
        for share in sorted(random.Random(fault_seed).uniform(0, 1) for _ in range(3)):
            disk.remount(f"size={size + int(share * 25_000) * KB}")
            ran = disk.run(command, tmp_path / "copy")
            assert ran.returncode == 1, ran.stdout
            assert f"the disk at {disk.folder} is full" in ran.stdout and "make room" in ran.stdout, ran.stdout
            assert "Traceback" not in ran.stdout and "a bug in" not in ran.stdout, ran.stdout
        disk.remount(ROOMY)
        ran = disk.run(command, tmp_path / "copy")
        assert ran.returncode == 0, ran.stdout
        assert result_digests(disk.files) == result_digests(finished.folder)
