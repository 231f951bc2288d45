"""A file that another job has made and that cannot be read is named, with what makes it anew."""

import subprocess
import sys

import pandas as pd
import pytest

from clipcause.errors import DamagedFileError, UserError
from clipcause.files.frames import read_frame
from clipcause.files.outputs import read_json
from clipcause.files.tarshards import ShardReader


@pytest.mark.parametrize("content", [b"", b'{"half": ', bytes(range(256))])
@pytest.mark.parametrize(("read", "name"), [(read_json, "a.json"), (read_frame, "a.parquet")])
def test_it_is_named(tmp_path, read, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DamagedFileError) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot be read (")
    assert str(caught.value).endswith("delete it and run this again, it is then made anew")
    assert "\n" not in str(caught.value)


def test_what_is_shared_is_named_as_well_where_it_lies(tmp_path, monkeypatch):
    cache, file, folder = tmp_path / "cache", tmp_path / "a.json", tmp_path / "shards"
    (cache / "123_shards").mkdir(parents=True)
    (cache / "123_rows.json").write_text("{")
    file.symlink_to(cache / "123_rows.json")
    (cache / "123_shards/00000.tar").write_bytes(b"")
    folder.symlink_to(cache / "123_shards")
    for known, rows, shards in (("", "", ""), (str(cache), f" and {cache}/123_rows.json", f" and {cache}/123_shards")):
        monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", known)
        with pytest.raises(DamagedFileError, match=f"delete it{rows} and run this again"):
            read_json(file)
        with pytest.raises(UserError, match=f"delete {folder}{shards} and run again"):
            ShardReader().read(str(folder / "00000.tar"), 0, 5)


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
