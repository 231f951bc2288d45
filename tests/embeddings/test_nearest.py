"""Largest similarities in pieces equal those of the whole matrix."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.embeddings import nearest


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(nearest, "CHUNK", 4)


def unit(rows: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn(rows, 3, generator=generator), dim=1)


def test_by_eye():
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    points = torch.tensor([[1.0, 0.0], [0.8, 0.6]])
    found = nearest.nearest_points(vectors, points)
    assert found.point.tolist() == [0, 1, 1]
    assert found.excess.tolist() == pytest.approx([1.0, 0.6, 0.96])
    found = nearest.nearest_points(vectors, points, torch.tensor([0.9, 0.1]))
    assert found.point.tolist() == [1, 1, 1] and found.excess.tolist() == pytest.approx([0.7, 0.5, 0.86])
    assert nearest.largest_similarity(points, [vectors[:1], vectors[1:]]).tolist() == pytest.approx([1.0, 0.96])
    assert nearest.nearest_earlier(vectors).point.tolist() == [0, 0, 1]
    assert nearest.nearest_earlier(vectors).excess.tolist() == pytest.approx([-torch.inf, 0.0, 0.8])


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(1, 15), points=st.integers(1, 15), seed=st.integers(0, 99))
def test_against_the_whole_matrix(rows, points, seed):
    vectors, tested = unit(rows, seed), unit(points, seed + 1)
    thresholds = torch.rand(points, generator=torch.Generator().manual_seed(seed))
    whole = vectors @ tested.T
    found = nearest.nearest_points(vectors, tested, thresholds)
    assert torch.allclose(found.excess, (whole - thresholds).amax(dim=1), atol=1e-6)
    assert torch.allclose((whole - thresholds)[range(rows), found.point], found.excess, atol=1e-6)
    blocks = vectors.split(5)
    assert torch.allclose(nearest.largest_similarity(tested, blocks), whole.amax(dim=0), atol=1e-6)
    earlier = (vectors @ vectors.T).masked_fill(torch.ones(rows, rows, dtype=torch.bool).triu(), -torch.inf)
    found = nearest.nearest_earlier(vectors)
    assert found.excess[0] == -torch.inf
    assert torch.allclose(found.excess[1:], earlier[1:].amax(dim=1), atol=1e-6)
    assert torch.allclose(earlier[range(1, rows), found.point[1:]], found.excess[1:], atol=1e-6)


def test_equal_points_give_the_first():
    points = torch.tensor([[1.0, 0.0]] * 9)
    assert nearest.nearest_points(points[:2], points).point.tolist() == [0, 0]


def test_without_vectors_nothing_is_near():
    assert nearest.largest_similarity(unit(3, 0), []).tolist() == [-torch.inf] * 3
