"""What the jobs of a pool read: tables here and elsewhere, and each setting by one of them."""

import pytest

from clipcause.config import collecting, resolve


@pytest.fixture
def config(complete):
    return resolve(complete)


def test_every_setting_of_a_pool_is_read_once(config):
    read = (collecting.preparing, collecting.fetching, collecting.indexing)
    for name, pool in config["pools"].items():
        parts = [part(config, name) for part in read if pool["source"] != "shards" or part != collecting.preparing]
        assert sum(map(len, parts)) == len(pool) - ("metadata" in pool)
        assert {key for part in parts for key in part} == pool.keys() - {"metadata"}
    assert collecting.indexing(config, "web") == {"min_success": 0.8, "rounds": 1, "held_out": 0.0}


def test_tables_are_here_or_elsewhere(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert collecting.metadata(config, "web") == collecting.local_metadata(config, "web") == ["urls.parquet"]
    assert collecting.remote_metadata(config, "web") == []
    config["pools"]["web"]["metadata"] = ["https://example.org/a.tsv", "b.tsv.gz", "hf://datasets/some/set/*.tsv"]
    assert collecting.remote_metadata(config, "web") == ["https://example.org/a.tsv", "hf://datasets/some/set/*.tsv"]
    assert collecting.local_metadata(config, "web") == ["b.tsv.gz"]
    assert collecting.metadata(config, "shards") == []


def test_rounds_are_further_files_of_each_chunk(config):
    config["pools"]["web"] |= {"chunks": 2, "rounds": 3}
    folder = "results/pools/web"
    assert collecting.rows(config, "web") == [f"{folder}/chunks/{chunk}.round3.parquet" for chunk in (0, 1)]
    names = ["0", "0.round2", "0.round3", "1", "1.round2", "1.round3"]
    assert collecting.statistics(config, "web") == [f"{folder}/chunks/{name}.json" for name in names]
    assert collecting.shards(config, "web") == [f"{folder}/shards/{name}" for name in names]
    assert collecting.rows_after(1, 1) == "chunks/1.parquet"
    assert collecting.statistics(config, "files") == collecting.shards(config, "shards") == []


def test_only_downloads_come_in_chunks(config):
    config["pools"]["web"]["chunks"] = 3
    assert [collecting.chunks(config, pool) for pool in ("web", "files", "shards")] == [[0, 1, 2], [0], [0]]


def test_a_glob_means_the_files_it_finds_in_order_of_names(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file in ("part-1.csv", "part-0.csv", "literal[0].csv"):
        (tmp_path / file).touch()
    config["pools"]["web"]["metadata"] = ["part-*.csv", "literal[0].csv", "none-*.csv"]
    found = collecting.local_metadata(config, "web")
    assert found == ["part-0.csv", "part-1.csv", "literal[0].csv", "none-*.csv"]
