"""When public models join the report: a run hangs on no network unless it is told to."""

import pytest

from clipcause.config import published, resolve
from clipcause.config.layers import merged
from clipcause.errors import UserError

FILES = {"path": "table.csv"}
TABLES = ("baselines", "models", "accuracies", "frequencies")


@pytest.fixture
def config(shipped, tmp_path, monkeypatch):
    """A function (layer of `published`) -> the shipped configuration with it; the current folder is empty."""
    monkeypatch.chdir(tmp_path)
    return lambda **layer: resolve(merged(shipped, {"published": layer}))


def test_the_shipped_tables_join_once_they_were_fetched(config, tmp_path):
    assert published.fetched(config()) == list(TABLES)
    assert published.joined(config()) == []
    for table in TABLES[1:]:
        (tmp_path / published.downloads(table)).mkdir(parents=True)
    assert published.joined(config()) == []
    (tmp_path / published.downloads("baselines")).mkdir()
    assert published.joined(config()) == published.results(config())


def test_tables_that_are_files_join(config):
    some = config(tables={"models": FILES})
    assert published.joined(some) == []
    assert published.table_files(some)["models"] == "table.csv"
    assert published.table_files(some)["baselines"] == "results/published/tables/baselines.csv"
    assert published.joined(config(tables=dict.fromkeys(TABLES, FILES))) == published.results(some)


def test_never_and_always(config):
    assert published.joined(config(join="always")) == published.results(config())
    assert published.joined(config(join="never", tables=dict.fromkeys(TABLES, FILES))) == []


def test_without_tables_there_is_nothing_to_join(config):
    empty = resolve({"published": {"join": "always"}})
    assert published.joined(empty) == []
    with pytest.raises(UserError, match=r"published\.tables: there are none; give baselines and models"):
        published.results(empty)


def test_every_shipped_file_is_known_by_commit_and_digest(config):
    for table in config()["published"]["tables"].values():
        commit = table["base"].split("/")[5]
        assert len(commit) == 40 and set(commit) <= set("0123456789abcdef")
        assert all(of["sha256"] for of in table["files"].values())
