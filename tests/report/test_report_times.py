"""What jobs took, from the files that Snakemake leaves."""

from datetime import UTC, datetime

from made_results import make_benchmark

from clipcause.report.times import stage_times

STAGES = {"draw_pool": "miniweb", "index_pool": "pools", "download_chunk": "pools", "train": "training"}


def test_jobs_are_gathered_by_stage_in_the_stages_order(tmp_path):
    make_benchmark(tmp_path / "train/a.tsv", 30.0, "500.5", ended=900)
    make_benchmark(tmp_path / "index_pool/diverse.tsv", 2.0, "120.0", ended=700)
    make_benchmark(tmp_path / "download_chunk/deep/er/0.tsv", 5.0, "NA", ended=600)
    make_benchmark(tmp_path / "draw_pool.tsv", 1.5, "NA", ended=500)
    miniweb, pools, training = stage_times(tmp_path, STAGES)
    assert (miniweb.stage, miniweb.steps, miniweb.seconds, miniweb.memory) == ("miniweb", {"draw_pool": 1}, 1.5, None)
    assert (pools.jobs, pools.seconds, pools.memory) == (2, 7.0, 120.0)
    assert pools.steps == {"download_chunk": 1, "index_pool": 1}
    assert training.last == datetime.fromtimestamp(900, UTC)
    assert [each.new for each in (miniweb, pools, training)] == [None, None, None]  # no report before


def test_new_is_what_ended_after_the_last_report(tmp_path):
    make_benchmark(tmp_path / "build_page.tsv", 4.0, "NA", ended=1000)
    for number, ended in enumerate((900, 1000, 1001, 1500)):
        make_benchmark(tmp_path / f"train/{number}.tsv", 1.0, "NA", ended=ended)
    [training] = stage_times(tmp_path, STAGES)
    assert (training.jobs, training.new) == (4, 2)


def test_what_holds_no_time_or_is_of_no_stage_is_left_out(tmp_path):
    assert stage_times(tmp_path / "missing", STAGES) == []
    for name, text in {
        "empty": "",
        "heading": "s\tmax_rss\n",
        "broken": "s\tmax_rss\nNA\tNA\n",
        "other": "x\n1\n",
    }.items():
        (tmp_path / "train").mkdir(exist_ok=True)
        (tmp_path / f"train/{name}.tsv").write_text(text)
    make_benchmark(tmp_path / "old_step/a.tsv", 1.0, "NA", ended=1)
    assert stage_times(tmp_path, STAGES) == []
