"""A file that another job has made and that cannot be read is named, with what makes it anew."""

import subprocess
import sys

import pandas as pd
import pytest

from clipcause.errors import DamagedFileError
from clipcause.files.frames import read_frame
from clipcause.files.outputs import read_json


@pytest.mark.parametrize("content", [b"", b'{"half": ', bytes(range(256))])
@pytest.mark.parametrize(("read", "name"), [(read_json, "a.json"), (read_frame, "a.parquet")])
def test_it_is_named(tmp_path, read, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DamagedFileError) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot be read (")
    assert str(caught.value).endswith("delete it and run this again, it is then made anew")
    assert "\n" not in str(caught.value)


QUERY = """
import sys, duckdb
from clipcause.job.command import new_parser, run
parser, add = new_parser("test", "a job")
add("read", lambda given: duckdb.sql(f"SELECT max(a) FROM read_parquet('{sys.argv[2]}')").fetchall(), "read a table")
sys.exit(run(parser, ["read"]))
"""


def test_a_query_that_meets_one_names_it(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": range(1000)}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])
    job = subprocess.run([sys.executable, "-c", QUERY, "read", str(path)], capture_output=True, text=True)
    assert job.returncode == 1
    assert job.stderr.startswith(f"error: {path}: cannot be read (") and "Traceback" not in job.stderr, job.stderr
