"""Parameters and operations of models, by hand for ours, as published for open_clip's."""

import json
from itertools import pairwise

import pytest

from clipcause.errors import UserError
from clipcause.planning.profile import profile

TINY = {
    "architecture": "tiny",
    "image_size": 24,
    "widths": [32, 64, 96, 128],
    "norm": "batch",
    "embed_dim": 128,
    "text_width": 128,
    "vocabulary_size": 1024,
    "context_length": 32,
}


def test_the_tiny_clip_s_operations_are_its_convolutions_and_products():
    sides, widths = (12, 6, 3, 2), (3, 32, 64, 96, 128)
    convolutions = sum(2 * 9 * a * b * side**2 for (a, b), side in zip(pairwise(widths), sides, strict=True))
    found = profile(json.dumps(TINY))
    assert found.image == convolutions + 2 * 128 * 128
    assert found.text == 2 * 2 * 128 * 128
    first = 2 * 9 * 3 * 32 * 12**2  # what the image itself needs no gradient of
    assert found.image_trained == 3 * found.image - first
    assert found.width == 128
    assert found.parameters == sum(9 * a * b + 2 * b for a, b in pairwise(widths)) + (
        129 * 128 + 1025 * 128 + 2 * 129 * 128 + 1
    )


def test_open_clip_s_models_are_profiled_without_weights():
    found = profile(json.dumps({"architecture": "open_clip", "name": "ViT-B-32", "image_size": None}))
    assert found.parameters == 151_277_313 and found.width == 512
    assert (found.image + found.text) / 2e9 == pytest.approx(7.39, rel=0.02)  # 14.78 GFLOPs, open_clip's model_profile


def test_a_model_that_is_none_is_named():
    with pytest.raises(UserError, match="RN51"):
        profile(json.dumps({"architecture": "open_clip", "name": "RN51", "image_size": None}))
