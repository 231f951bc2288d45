"""Pools that share uids, sources that disagree: one row stays one row, and each has what is its own."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from clipcause.files.outputs import read_json
from made_embeddings import write_embeddings


@pytest.fixture
def pools(make_pool, tmp_path):
    """Pools of six images each, of which four have the same uids and other places."""
    one = make_pool(["cat"] * 6)
    table = pq.read_table(make_pool(["dog"] * 6, first=2)).to_pylist()
    other = [row | {"shard": "b.tar"} for row in table]
    pq.write_table(pa.Table.from_pylist(other), tmp_path / "other.parquet")
    return {"one": one, "other": tmp_path / "other.parquet"}


def test_a_subset_of_pools_that_share_uids_has_each_once(pools, subset, rows, tmp_path):
    both = subset("both", pools, method="union")
    assert len(rows(both)) == 8
    again = rows(subset("again", {"both": both}, pools, method="all"))
    assert len(again) == 8 and read_json(tmp_path / "again.json")["candidates"] == 8
    assert {uid for uid, row in again.items() if row["shard"] == "b.tar"} == {f"{n:020x}" for n in (6, 7)}
    half = rows(subset("half", {"both": both}, pools, method="random", fraction=0.5))
    assert len(half) == 4


def test_a_caption_is_scored_by_the_vector_of_its_own_source(make_pool, tmp_path, subset):
    """What `where` excludes from the first source lends no vector to the row of the second."""
    from clipcause.subsets.build import build_subset
    from clipcause.subsets.order import Order

    pool = make_pool(["cat"] * 4, style=["photo", "photo", "sketch", "sketch"])
    uids = [f"{number:020x}" for number in range(4)]
    first = subset("first", {"web": pool}, method="all")
    second = subset("second", {"web": pool}, method="all", where={"style": ["sketch"]})
    images = write_embeddings(tmp_path / "images", uids, torch.eye(4), uids)
    fits, fails = torch.eye(4), torch.eye(4).roll(1, 0)
    embeddings = {
        "images": (images,),
        "captions/first": (write_embeddings(tmp_path / "c1", uids, fails),),
        "captions/second": (write_embeddings(tmp_path / "c2", uids[2:], fits[2:]),),
    }
    asked = {"method": "clip_score", "from": ["second", "first"], "where": {}, "at_least": 0.5}
    order = Order("s", asked, 0, {"second": second, "first": first}, {"web": pool}, embeddings=embeddings)
    build_subset(order, tmp_path / "s.parquet", tmp_path / "s.json", removed=tmp_path / "r.parquet")
    assert pq.read_table(tmp_path / "s.parquet")["uid"].to_pylist() == uids[2:]


WORDS = ["über", "c++", "été"]


@pytest.mark.parametrize("word", WORDS)
def test_attributes_of_any_letters_and_signs_are_found(word, make_pool, tmp_path):
    from clipcause.subsets.attributes import indicator
    from clipcause.subsets.candidates import open_candidates
    from clipcause.subsets.order import Order

    captions = [f"a {word} b", word.upper(), f"x{word}", f"{word}x", f"({word})", "none"]
    pool = make_pool(["cat"] * 6, caption=captions)
    candidates = open_candidates(Order("s", {"where": {}}, 0, {"web": pool}, {"web": pool}))
    has = indicator(candidates, {"words": [word], "column": None, "values": None, "others": None}, "k")
    found = candidates.database.execute(f"SELECT {has} FROM candidates ORDER BY uid").fetchall()
    assert [value for (value,) in found] == [True, True, False, False, True, False]
