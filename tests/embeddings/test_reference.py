"""How near a reference set comes to test sets: the largest cosine of each test image, whatever the folders."""

import pandas as pd
import pytest
import torch

from clipcause.embeddings.reference import write_nearest
from clipcause.errors import UserError
from made_embeddings import write_embeddings


def unit(*rows: tuple[float, float]) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.tensor(rows, dtype=torch.float32), dim=1)


@pytest.fixture
def photo(tmp_path):
    return write_embeddings(tmp_path / "photo", ["p0", "p1"], unit((1, 0), (0, 1)))


def test_each_test_image_has_its_nearest_of_all_folders(tmp_path, photo):
    parts = [
        write_embeddings(tmp_path / "part1", ["a", "b"], unit((0.6, 0.8), (-1, 0))),
        write_embeddings(tmp_path / "part2", ["c"], unit((0.8, 0.6))),
    ]
    sketch = write_embeddings(tmp_path / "sketch", ["s0"], unit((-1, 0)))
    write_nearest(parts, {"photo": [photo], "sketch": [sketch]}, tmp_path / "nearest.parquet")
    frame = pd.read_parquet(tmp_path / "nearest.parquet")
    assert frame[["testset", "testset_uid"]].to_numpy().tolist() == [["photo", "p0"], ["photo", "p1"], ["sketch", "s0"]]
    assert frame["similarity"].tolist() == pytest.approx([0.8, 0.8, 1.0], abs=1e-3)
    assert frame["similarity"].dtype == "float32"


def test_nothing_to_compare_with_makes_an_empty_table(tmp_path, photo):
    write_nearest([photo], {}, tmp_path / "nearest.parquet")
    assert pd.read_parquet(tmp_path / "nearest.parquet").columns.tolist() == ["testset", "testset_uid", "similarity"]


def test_another_embedder_is_refused(tmp_path, photo):
    other = write_embeddings(tmp_path / "other", ["a"], unit((1, 0)), weights="others")
    with pytest.raises(UserError, match="photo: embedded by another model"):
        write_nearest([other], {"photo": [photo]}, tmp_path / "nearest.parquet")
    assert not (tmp_path / "nearest.parquet").exists()
