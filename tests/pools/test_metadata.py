"""A metadata table becomes rows: uid, caption, label, kept columns, chunks."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipcause.database import connect
from clipcause.errors import UserError
from clipcause.pools.metadata import chunk_bounds, count_rows, rows_query


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "metadata.csv"
    path.write_text("url,caption,domain,label\na.jpg,A cat's nap,art_painting,007\nb.jpg,,photo,dog\n")
    return path


def rows(path, pool, address="url"):
    database = connect()
    return database.sql(rows_query(database, path, pool, address)).to_arrow_table().to_pylist()


def test_the_uid_is_a_hash_of_address_and_caption(table, web_pool):
    first, second = rows(table, web_pool)
    assert first["uid"] == hashlib.sha256(b"a.jpg\nA cat's nap").hexdigest()[:20]
    assert second["uid"] == hashlib.sha256(b"b.jpg\n").hexdigest()[:20]
    assert [first["row"], second["row"]] == [0, 1]


def test_the_uid_can_be_a_column(table, web_pool):
    assert [row["uid"] for row in rows(table, web_pool | {"uid": "label"})] == ["007", "dog"]


def test_a_caption_can_be_a_template_over_columns(table, web_pool):
    captions = [row["caption"] for row in rows(table, web_pool | {"caption": "a {domain} of a {label}, it's here"})]
    assert captions == ["a art painting of a 007, it's here", "a photo of a dog, it's here"]


def test_labels_stay_text_and_other_columns_are_kept(table, web_pool):
    assert rows(table, web_pool)[0]["label"] == "007"
    assert rows(table, web_pool)[0]["domain"] == "art_painting"
    assert "domain" not in rows(table, web_pool | {"keep": []})[0]
    assert rows(table, web_pool | {"label": None})[0]["label"] is None


@pytest.mark.parametrize("change", [{"caption": "text"}, {"label": "class"}, {"uid": "id"}, {"keep": ["nope"]}])
def test_a_missing_column_is_named_with_those_there_are(table, web_pool, change):
    with pytest.raises(UserError, match=r"metadata\.csv: no column '(text|class|id|nope)'; it has url, caption"):
        rows(table, web_pool | change)


def test_an_unreadable_or_empty_table_is_named(tmp_path, web_pool):
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(UserError, match=r"cut\.parquet: cannot be read as a table"):
        count_rows(connect(), tmp_path / "cut.parquet")
    (tmp_path / "empty.csv").write_text("url,caption\n")
    with pytest.raises(UserError, match="holds no rows"):
        count_rows(connect(), tmp_path / "empty.csv")


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_chunks_share_out_every_row_once_and_evenly(count, chunks):
    bounds = [chunk_bounds(count, chunk, chunks) for chunk in range(chunks)]
    assert bounds[0][0] == 0 and bounds[-1][1] == count
    assert all(end == begin for (_, end), (begin, _) in pairwise(bounds))
    sizes = [end - begin for begin, end in bounds]
    assert max(sizes) - min(sizes) <= 1
