"""Pools from files and from shards go through the same workflow as downloaded ones; tables may lie elsewhere."""

import json
import zipfile

import pyarrow.parquet as pq
import pytest

from clipcause.files.tarshards import write_shard
from clipcause.pools.webserver import serve


@pytest.fixture
def base(checkout):
    """The URL of a site."""
    (checkout.folder / "site").mkdir()
    with serve(checkout.folder / "site") as base:
        yield base


def test_files_and_shards_become_pools_subsets_and_counts(checkout, base, jpeg):
    with zipfile.ZipFile(checkout.folder / "images.zip", "w") as archive:
        for number in range(12):
            archive.writestr(f"{number}.jpg", jpeg(number))
    lines = [f"{number}.jpg\t{'dog' if number % 3 else 'cat'}" for number in range(13)]
    (checkout.folder / "list-1.tsv").write_text("\n".join(lines[:6]) + "\n")
    (checkout.folder / "site/list-2.tsv").write_text("\n".join(lines[6:]) + "\n")
    members = [(f"{n}.{kind}", content) for n in range(5) for kind, content in (("jpg", jpeg(n)), ("txt", b"two cats"))]
    write_shard(checkout.folder / "shards" / "0.tar", members)
    (checkout.folder / "classnames.txt").write_text("cat\ndog\n")
    layer = {
        "pools": {
            "packed": {
                "source": "files",
                "images": "images.zip",
                "metadata": ["list-?.tsv", f"{base}list-2.tsv"],
                "columns": ["path", "label"],
                "path": "path",
                "caption": "a {label}",
                "label": "label",
            },
            "adopted": {"source": "shards", "shards": "shards/*.tar", "caption": "txt"},
        },
        "vocabularies": {"pets": {"path": "classnames.txt"}},
        "subsets": {"even": {"method": "resample", "from": "packed", "vocabulary": "pets", "imbalance": 1}},
    }
    (checkout.folder / "pets.yaml").write_text(json.dumps(layer))
    targets = [
        "results/concepts/pets/pools/packed/frequency.parquet",
        "results/concepts/pets/pools/adopted/frequency.parquet",
        "results/subsets/even/draw0/manifest.parquet",
    ]
    ran = checkout.snakemake(*targets, layers=("pets.yaml",))
    assert ran.returncode == 0, ran.stdout
    packed, adopted, subset = (pq.read_table(checkout.folder / target).to_pylist() for target in targets)
    assert [(row["concept"], row["captions"]) for row in packed] == [("cat", 4), ("dog", 8)]
    assert [(row["concept"], row["captions"]) for row in adopted] == [("cat", 0), ("dog", 0)], (
        "phrases match whole words"
    )
    assert sorted(row["label"] for row in subset) == ["cat"] * 4 + ["dog"] * 4
    card = json.loads((checkout.folder / "results/pools/packed/card.json").read_text())
    assert (card["rows"], card["images"], card["failures"]) == (13, 12, {"no_such_file": 1})
