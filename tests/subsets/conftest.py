"""A small pool with columns of its own, and a function that applies interventions to it or to earlier results."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.subsets.build import build_subset
from clipcause.subsets.order import Order


@pytest.fixture
def make_pool(tmp_path) -> Callable[..., Path]:
    """A function (labels, first uid, **columns) -> samples.parquet of a pool; subsets never open its images."""

    def make(labels: list[str | None], first: int = 0, **columns: list) -> Path:
        count = len(labels)
        table = {
            "uid": [f"{number:020x}" for number in range(first, first + count)],
            "shard": ["a.tar"] * count,
            "offset": list(range(count)),
            "size": [1] * count,
            "caption": [f"a {label}" for label in labels],
            "label": pa.array(labels, pa.string()),
            "held_out": [False] * count,
        }
        path = tmp_path / f"pool{first}.parquet"
        pq.write_table(pa.table(table | columns), path)
        return path

    return make


@pytest.fixture
def subset(tmp_path) -> Callable[..., Path]:
    """A function (name, sources, pools, draw, vocabulary, frequency, size_of, matches, **settings) -> a manifest."""

    def build(
        name, sources, pools=None, draw=0, vocabulary=None, frequency=None, size_of=None, matches=(), **settings
    ) -> Path:
        defaults = {"from": list(sources), "where": {}, "samples": None, "fraction": None, "vocabulary": vocabulary}
        settings = {key: str(value) if isinstance(value, Path) else value for key, value in defaults.items()} | settings
        manifest = tmp_path / f"{name}.parquet"
        order = Order(name, settings, draw, sources, pools or sources, vocabulary, frequency, size_of, matches)
        build_subset(order, manifest, tmp_path / f"{name}.json")
        return manifest

    return build


@pytest.fixture
def rows() -> Callable[[Path], dict[str, dict]]:
    """A function manifest -> its rows by uid; none may stand twice."""

    def read(manifest: Path) -> dict[str, dict]:
        listed = pq.read_table(manifest).to_pylist()
        assert [row["uid"] for row in listed] == sorted({row["uid"] for row in listed})
        return {row["uid"]: row for row in listed}

    return read
