"""Files that a configuration names are there, or made by the workflow, before any job starts."""

import pytest

from clipcause.config import resolve_for_run
from clipcause.config.layers import merged
from clipcause.config.paths import MADE, MINIWEB_POOLS, MINIWEB_TESTSETS, MINIWEB_VOCABULARIES
from clipcause.errors import UserError


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"vocabularies": {"mine": {"path": "nope.csv"}}}, r"vocabularies\.mine\.path: 'nope\.csv' does not exist"),
        ({"vocabularies": {"mine": {"path": "x" * 5000}}}, r"vocabularies\.mine\.path: 'xxx.* does not exist"),
        (
            {"pools": {"diverse": {"metadata": "typo.parquet"}}},
            r"pools\.diverse\.metadata: 'typo\.parquet' does not exist",
        ),
        (
            {"pools": {"diverse": {"metadata": ["https://x/y.tsv", "typo-*.tsv"]}}},
            r"pools\.diverse\.metadata: 'typo-\*\.tsv' does not exist",
        ),
        (
            {"pools": {"old": {"source": "shards", "shards": "x/*.tar"}}},
            r"pools\.old\.shards: 'x/\*\.tar' does not exist",
        ),
        (
            {"testsets": {"photo": {"path": "results/miniweb/testsets/foto"}}},
            r"testsets\.photo\.path: .* is not made by the miniweb; did you mean results/miniweb/testsets/photo\?",
        ),
    ],
)
def test_a_path_that_leads_nowhere_is_named(shipped, tmp_path, monkeypatch, layer, message):
    monkeypatch.chdir(tmp_path)
    resolve_for_run(shipped)
    with pytest.raises(UserError, match=message):
        resolve_for_run(merged(shipped, layer))


def test_a_path_that_exists_and_an_address_pass(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").touch()
    layer = {"vocabularies": {"mine": {"path": "mine.csv"}}, "pools": {"diverse": {"metadata": "https://x/y.parquet"}}}
    resolve_for_run(merged(shipped, layer))


def test_what_the_miniweb_makes_is_what_it_says_it_makes():
    from clipcause.miniweb.pool import POOLS
    from clipcause.miniweb.testsets import OBJECT, QUESTIONS, TESTSETS

    assert set(MINIWEB_POOLS) == set(POOLS)
    assert {name: len(QUESTIONS.get(name, OBJECT).classnames) for name in TESTSETS} == MINIWEB_TESTSETS
    assert len(set(MADE)) == 2 * len(POOLS) + len(TESTSETS) + len(MINIWEB_VOCABULARIES)
