"""Stores of embeddings: rows found by uid, read in blocks, never of two embedders together."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.embeddings.store import open_store
from clipcause.errors import UserError
from made_embeddings import write_embeddings


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    wanted=st.sets(st.integers(0, 40)),
    block=st.integers(1, 12),
)
def test_located_rows_are_those_asked_for(tmp_path_factory, sizes, wanted, block):
    total = sum(sizes)
    if not total:
        return
    folder = tmp_path_factory.mktemp("store")
    vectors = torch.nn.functional.normalize(torch.randn(total, 5), dim=1)
    uids = [f"u{number}" for number in np.random.default_rng(0).permutation(total)]
    write_embeddings(folder / "a", uids, vectors, files=sizes)
    store = open_store([folder / "a"])
    listed = [f"u{number}" for number in sorted(wanted)]
    database = duckdb.connect()
    database.register("numbered", pa.table({"uid": pa.array(listed, pa.string()), "number": range(len(listed))}))
    found = {}
    for numbers, block_vectors in store.locate(database, "numbered").blocks(block):
        assert len(numbers) <= block
        found |= {listed[number]: vector for number, vector in zip(numbers, block_vectors, strict=True)}
    assert set(found) == set(listed) & set(uids)
    for uid, vector in found.items():
        assert torch.allclose(vector, vectors[uids.index(uid)], atol=1e-3)


def test_an_item_of_two_collections_has_the_vector_of_the_first(tmp_path):
    first, second = torch.eye(3)[:1], torch.eye(3)[1:2]
    write_embeddings(tmp_path / "a", ["x"], first)
    write_embeddings(tmp_path / "b", ["x"], second)
    database = duckdb.connect()
    database.register("numbered", pa.table({"uid": ["x"], "number": [0]}))
    [(numbers, vectors)] = open_store([tmp_path / "a", tmp_path / "b"]).locate(database, "numbered").blocks(10)
    assert numbers.tolist() == [0] and torch.allclose(vectors, first)


def test_two_embedders_are_refused_and_what_differs_is_said(tmp_path):
    write_embeddings(tmp_path / "a", ["x"], torch.eye(3)[:1])
    write_embeddings(tmp_path / "b", ["y"], torch.eye(3)[:1], weights="other", precision="bf16")
    with pytest.raises(UserError, match=r"weights is .* here, other there; precision is fp32 here, bf16 there"):
        open_store([tmp_path / "a", tmp_path / "b"])


@pytest.mark.parametrize("text", ["{}", "[1]", "no JSON"])
def test_a_broken_description_is_an_error_that_names_the_folder(tmp_path, text):
    write_embeddings(tmp_path / "a", ["x"], torch.eye(3)[:1])
    (tmp_path / "a" / "embedder.json").write_text(text)
    with pytest.raises(UserError, match="holds no embeddings"):
        open_store([tmp_path / "a"])


def test_a_damaged_file_is_named(tmp_path):
    write_embeddings(tmp_path / "a", ["x"], torch.eye(3)[:1])
    file = tmp_path / "a" / "00000.parquet"
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(UserError, match=r"00000\.parquet: cannot be read"):
        open_store([tmp_path / "a"]).vectors()


def test_a_folder_without_embeddings_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nothing: holds no embeddings .* embed the images or captions first"):
        open_store([tmp_path / "nothing"])
