"""A full disk is known by whichever library meets it, and named; /dev/full is one."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.database import connect, readable, text
from clipcause.errors import DiskFullError, UserError
from clipcause.files.disk import is_full
from clipcause.files.outputs import whole


def by_duckdb(path: Path) -> None:
    with readable(path):  # as what a query reads would be damaged
        connect().execute(f"COPY (SELECT 1 AS a) TO {text(path)} (FORMAT parquet)")


WRITERS = {
    "python": lambda path: path.write_text("text"),
    "pyarrow": lambda path: pq.write_table(pa.table({"a": [1]}), path),
    "duckdb": by_duckdb,
}


@pytest.mark.parametrize("writer", WRITERS)
def test_the_disk_is_named_and_nothing_is_left(tmp_path, writer):
    with (
        pytest.raises(DiskFullError, match=r"out.parquet: the disk at /.* is full \(.*\); make room on it"),
        whole(tmp_path / "out.parquet") as temporary,
    ):
        temporary.symlink_to("/dev/full")
        WRITERS[writer](temporary)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "full"),
    [
        ("Error while serializing: I/O error: No space left on device (os error 28)", True),
        ("Out of Memory Error: failed to offload data block of size 128.0 KiB (4.5 MiB/4.5 MiB used).", True),
        ("[Errno 122] Disk quota exceeded", True),
        ("Out of Memory Error: could not allocate block of size 256.0 KiB", False),
    ],
)
def test_libraries_pass_it_on_as_text(said, full):
    try:
        try:
            raise RuntimeError(said)
        except RuntimeError as error:
            raise UserError("cannot be read") from error
    except UserError as error:
        assert is_full(error) is full


JOB = """
import os, sys
from clipcause.job.command import TERMINAL, new_parser, run
os.environ[TERMINAL] = "1"  # Snakemake shows the end of the log
parser, add = new_parser("test", "a job")
add("fill", lambda given: open("/dev/full", "w").write("x" * 100_000), "fill the disk")
sys.exit(run(parser, sys.argv[1:]))
"""


@pytest.mark.parametrize("log", ["/dev/full", "/dev/null/job.log"])
def test_a_log_that_takes_nothing_leaves_its_error_to_the_terminal(log):
    job = subprocess.run([sys.executable, "-c", JOB, "fill", "--log", log], capture_output=True, text=True)
    assert job.returncode == 1
    assert "the disk at /" in job.stderr and "make room" in job.stderr and "Traceback" not in job.stderr, job.stderr
