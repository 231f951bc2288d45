"""Retrieval by hand, against a slow reference, and against CLIP-benchmark's own definition."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.errors import UserError
from clipcause.evaluation import retrieval
from clipcause.evaluation.retrieval import image_retrieval_recall, ranks, text_retrieval_recall


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


# Three images along the axes. Image 0 has two captions: one at it, one nearer to image 1; image 1's caption is at
# image 1; image 2's caption is nearest to image 0, then to image 2.
IMAGES = np.eye(3)
CAPTIONS = unit(np.array([[1.0, 0, 0], [0.4, 0.9, 0], [0, 1, 0], [0.8, 0.1, 0.6]]))
IMAGE_OF = np.array([0, 0, 1, 2])


def test_by_hand():
    found = ranks(IMAGES, CAPTIONS, IMAGE_OF)
    assert found.caption.tolist() == [1, 2, 1, 2]
    assert found.image.tolist() == [1, 1, 1]
    assert image_retrieval_recall(found, 1).tolist() == [2 / 4]
    assert image_retrieval_recall(found, 2).tolist() == [1]
    assert text_retrieval_recall(found, 1).tolist() == [1]


def test_an_image_counts_its_best_caption_and_not_its_others_against_it():
    # Image 1's caption lies behind two captions of image 0; image 0's two captions do not stand in each other's way.
    captions = unit(np.array([[1.0, 0.9], [0.9, 1.0], [1.0, 0.5]]))
    found = ranks(np.eye(2), captions, np.array([0, 0, 1]))
    assert found.image.tolist() == [2, 3]
    assert text_retrieval_recall(found, 2).tolist() == [0.5]


def test_ties_count_against_the_model():
    same = np.ones((4, 1))
    found = ranks(same, same, np.arange(4))
    assert found.image.tolist() == found.caption.tolist() == [4, 4, 4, 4]


def test_equal_vectors_tie_however_the_product_is_cut(monkeypatch):
    random = np.random.default_rng(0)
    images = unit(np.repeat(random.normal(size=(10, 33)), 3, axis=0).astype(np.float32))
    captions = unit(np.repeat(random.normal(size=(10, 33)), 6, axis=0).astype(np.float32))
    image_of = np.arange(60) // 2
    whole = ranks(images, captions, image_of)
    monkeypatch.setattr(retrieval, "BLOCK_BYTES", 8 * 60 * 7)
    pieces = ranks(images, captions, image_of)
    assert np.array_equal(whole.image, pieces.image) and np.array_equal(whole.caption, pieces.caption)
    assert (whole.caption >= 3).all() and (whole.image >= 5).all()


def test_a_caption_weighs_what_its_image_weighs():
    found = ranks(IMAGES, CAPTIONS, IMAGE_OF)
    weights = np.array([[1.0, 1, 1], [2, 1, 0], [0, 0, 3]])
    assert image_retrieval_recall(found, 1, weights) == pytest.approx([2 / 4, 3 / 5, 0])
    assert text_retrieval_recall(found, 1, weights) == pytest.approx([1, 1, 1])


def slow_ranks(images, captions, image_of):
    scores = images @ captions.T
    image = []
    for number, row in enumerate(scores):
        best = max(row[image_of == number])
        image.append(1 + sum(row[other] >= best for other in range(len(captions)) if image_of[other] != number))
    caption = [
        1 + sum(scores[other, number] >= scores[of, number] for other in range(len(images)) if other != of)
        for number, of in enumerate(image_of)
    ]
    return image, caption


def made(data):
    images = data.draw(st.integers(1, 12))
    more = data.draw(st.lists(st.integers(0, images - 1), max_size=20))
    random = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    image_of = random.permutation([*range(images), *more])
    return unit(random.normal(size=(images, 5))), unit(random.normal(size=(len(image_of), 5))), image_of


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_equal_to_a_slow_reference(data):
    images, captions, image_of = made(data)
    found = ranks(images, captions, image_of)
    image, caption = slow_ranks(images, captions, image_of)
    assert found.image.tolist() == image
    assert found.caption.tolist() == caption


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_equal_to_the_definition_of_clip_benchmark(data):
    """Its recall: of a query's positives, the share within topk; a query counts if that is above 0."""
    images, captions, image_of = made(data)
    found = ranks(images, captions, image_of)
    scores = torch.from_numpy(captions @ images.T)
    positive = torch.zeros_like(scores, dtype=torch.bool)
    positive[torch.arange(len(captions)), torch.from_numpy(image_of)] = True
    for k in range(1, min(scores.shape) + 1):
        for recall, table, pairs in (
            (image_retrieval_recall, scores, positive),
            (text_retrieval_recall, scores.T, positive.T),
        ):
            hits = pairs.gather(1, torch.topk(table, k, dim=1).indices).sum(dim=1)
            expected = (hits / pairs.sum(dim=1) > 0).double().mean().item()
            assert recall(found, k) == pytest.approx([expected])


def test_an_image_without_a_caption_is_refused():
    with pytest.raises(UserError, match="image number 1 has no caption"):
        ranks(np.eye(2), np.eye(2), np.array([0, 0]))
