"""What is dated in the future is dated now, and nothing else is."""

import os
import time

from clipcause.session.clock import date_back

DAY = 24 * 3600


def made(path, seconds_ahead: float):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() + seconds_ahead,) * 2)
    return path


def test_after_a_clock_was_set_back(tmp_path):
    made(tmp_path / "benchmarks/train/a.tsv", DAY)
    ahead, folder = (
        made(tmp_path / "runs/a/model.safetensors", DAY),
        made(tmp_path / "shards/.snakemake_timestamp", DAY),
    )
    before = made(tmp_path / "pools/a.parquet", -DAY)
    then = before.stat().st_mtime
    assert date_back(tmp_path)
    assert all(abs(path.stat().st_mtime - time.time()) < DAY / 2 for path in (ahead, folder))
    assert before.stat().st_mtime == then
    assert not date_back(tmp_path)


def test_where_no_job_ran_ahead_nothing_is_touched(tmp_path):
    made(tmp_path / "benchmarks/train/a.tsv", -DAY)
    data = made(tmp_path / "data.parquet", DAY)
    assert not date_back(tmp_path) and data.stat().st_mtime > time.time()
    assert not date_back(tmp_path / "nowhere")
