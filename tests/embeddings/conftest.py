"""A run's folder with a small model, images in shards with an index, and embeddings made of them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_images import png

from clipcause.embeddings.embedder import Embedder, open_embedder
from clipcause.files.tarshards import members, write_shard
from clipcause.models.build import build_model, seeded
from clipcause.models.trained import save_model

WORDS = ["a", "car", "cat", "tree", "of", "red"]
MODEL = {
    "architecture": "tiny",
    "image_size": 8,
    "widths": [8, 8],
    "embed_dim": 16,
    "text_width": 8,
    "vocabulary_size": 20,
    "context_length": 8,
}


@pytest.fixture
def make_run(tmp_path) -> Callable[..., Path]:
    """A function seed -> the folder of a run with a model drawn at random."""

    def make(seed: int = 0) -> Path:
        folder = tmp_path / f"run{seed}"
        with seeded(seed):
            save_model(folder, build_model(MODEL, WORDS), "clip", True)
        return folder

    return make


@pytest.fixture
def embedder(make_run) -> Embedder:
    return open_embedder({"precision": "fp32"}, make_run())


@pytest.fixture
def make_index(tmp_path) -> Callable[..., Path]:
    """A function (images per shard, broken uids) -> the index of a pool whose shards hold so many images each."""

    def make(sizes: list[int], broken: set[str] = frozenset(), name: str = "samples") -> Path:
        rows, number = [], 0
        for shard, size in enumerate(sizes):
            path = tmp_path / name / f"{shard:05}.tar"
            path.parent.mkdir(exist_ok=True)
            uids = [f"{number + place:020x}" for place in range(size)]
            contents = [b"no image" if uid in broken else png(int(uid, 16)) for uid in uids]
            write_shard(path, [(f"{uid}.png", content) for uid, content in zip(uids, contents, strict=True)])
            places = {member.split(".")[0]: (offset, length) for member, offset, length in members(path)}
            rows += [
                {"uid": uid, "shard": str(path), "offset": places[uid][0], "size": places[uid][1]}
                | {"caption": f"a {WORDS[1 + int(uid, 16) % 3]}"}
                for uid in uids
            ]
            number += size
        rows.append({"uid": "f" * 20, "shard": None, "offset": None, "size": None, "caption": "never downloaded"})
        index = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(sorted(rows, key=lambda row: row["uid"])), index)
        return index

    return make
