"""Disk, memory, limits, threads and the clock of this machine."""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from clipcause.doctor.finding import Finding, ok, problem, warning

GB = 10**9
SPARE = 1.2  # room that is asked for, over what is expected
TEMPORARY = 2 * GB  # what duckdb and packing may need beside the results
FILES = 4096  # open at once: img2dataset's connections, and shards
SKEW = 10.0  # seconds
CGROUP = Path("/sys/fs/cgroup/memory.max")


def check_results(results: Path) -> Iterator[Finding]:
    """The results folder can be written, and its files get the time that this machine's clock has."""
    folder = results if results.exists() else results.parent
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor.") as file:
            file.write(b"x")
            file.flush()
            apart = os.fstat(file.fileno()).st_mtime - time.time()
    except OSError as error:
        yield problem(
            "results",
            f"{folder} can't be written ({error.strerror})",
            "mend its rights, or run in a folder of your own with --directory",
        )
        return
    yield ok("results", f"{folder} can be written")
    if abs(apart) > SKEW:
        yield problem(
            "clock",
            f"files written to {folder} are {abs(apart):.0f} s {'ahead' if apart > 0 else 'behind'}",
            "set the clocks of this machine and its file server by NTP: Snakemake goes by file times",
        )
    else:
        yield ok("clock", "files get the time that the clock shows")


def check_home() -> Iterator[Finding]:
    """Snakemake can keep its own cache, in the user's home unless told otherwise; it ends in a traceback where not."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "snakemake")
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        yield ok("home", f"Snakemake can keep its own files in {folder}")
    else:
        yield problem(
            "home",
            f"Snakemake can't keep its own files in {folder}: {there} can't be written",
            "mend its rights, or set XDG_CACHE_HOME to a folder of your own",
        )


def check_disk(results: Path, wanted: float | None, whole: bool) -> Iterator[Finding]:
    """There is room for what a run will write, by `snakemake plan`; `whole` if that is all of it."""
    folder = results if results.exists() else results.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / GB:,.1f} GB free in {folder}"
    remedy = "make room, set --directory to a larger disk, or make results/ a link to one"
    if wanted is None:
        yield warning(
            "disk",
            f"{says}; how much is needed is not known",
            "snakemake --cores all plan, with rates (docs/planning.md)",
        )
        return
    over = "" if whole else "over "
    says += f", {over}{wanted / GB:,.1f} GB still to write"
    if free < wanted:
        yield problem("disk", says, remedy)
    elif free < SPARE * wanted:
        yield warning("disk", f"{says}: that leaves little", remedy)
    elif whole:
        yield ok("disk", says)
    else:
        yield warning("disk", f"{says}: not all of it was ever measured", "see snakemake --cores all plan")


def check_temporary() -> Iterator[Finding]:
    """There is a folder for temporary files, with room in it."""
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:
        yield problem("disk", str(error.strerror), "set TMPDIR to a folder that can be written")
        return
    free = shutil.disk_usage(folder).free
    says = f"{free / GB:,.1f} GB free in {folder}, for temporary files"
    if free < TEMPORARY:
        yield warning("disk", says, "set TMPDIR to a folder on a larger disk")
    else:
        yield ok("disk", says)


def check_memory(wanted_mb: int, job: str) -> Iterator[Finding]:
    """The largest job fits into memory; `wanted_mb` is what its rule asks for."""
    room = memory_mb()
    says = f"{room:,} MB; the largest job ({job}) asks for {wanted_mb:,} MB"
    if room < wanted_mb:
        yield problem(
            "memory",
            says,
            f"a larger machine, or, where the job needs less than that, --set-resources {job.split()[0]}:mem_mb={room}",
        )
    else:
        yield ok("memory", f"{says}; with --resources mem_mb={room} Snakemake starts no more at once than fit")


def memory_mb() -> int:
    """The memory of this machine, or of the container that this runs in, in MB."""
    room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = CGROUP.read_text().strip()
    except OSError:
        limit = "max"
    return (min(room, int(limit)) if limit.isdigit() else room) >> 20


def check_limits(downloads: bool) -> Iterator[Finding]:
    """Enough files may be open at once; `downloads` if a pool comes from the web."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    says = f"{soft:,} files may be open at once"
    if soft < FILES and downloads:
        reach = "ulimit -n 65536" if hard in (resource.RLIM_INFINITY,) or hard >= 65536 else f"ulimit -n {hard}"
        yield warning("files", f"{says}; many downloads side by side need more", f"{reach} before snakemake")
    else:
        yield ok("files", says)


def check_threads(cores: int) -> Iterator[Finding]:
    """No variable makes each job take more threads than there are cores."""
    there = len(os.sched_getaffinity(0))
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdigit() and int(given) > there:
        yield warning(
            "threads",
            f"OMP_NUM_THREADS is {given}, and {there} cores are there",
            "unset OMP_NUM_THREADS: each job sets its threads itself",
        )
    elif cores > there:
        yield warning("threads", f"--cores {cores}, and {there} are there", f"--cores {there}, or all")
    else:
        yield ok("threads", f"{there} cores, {cores} of them for jobs")
