import io

import numpy as np
import pytest
import torch
from PIL import Image

from clipcause.models.preprocess import Preprocess


def encode(pixels: np.ndarray, format: str = "PNG", mode: str = "RGB") -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(content, format)
    return content.getvalue()


def random_pixels(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_pixels_are_normalised_per_channel():
    preprocess = Preprocess(2, mean=(0.5, 0.0, 0.2), std=(0.5, 1.0, 0.1))
    pixels = torch.tensor([255, 51, 0], dtype=torch.uint8).expand(1, 2, 2, 3)
    images = preprocess(pixels)
    assert images.shape == (1, 3, 2, 2)
    expected = torch.tensor([1.0, 0.2, -2.0]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    torch.testing.assert_close(images, expected)


def test_an_image_of_the_models_size_keeps_its_pixels():
    pixels = random_pixels(24, 24)
    assert (Preprocess(24, (0, 0, 0), (1, 1, 1)).decode(encode(pixels)) == pixels).all()


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("resize", ["shortest", "squash"])
@pytest.mark.parametrize(("height", "width"), [(30, 47), (47, 30), (24, 31), (10, 10), (7, 40), (24, 24)])
def test_decoded_and_normalised_as_open_clip_does(height, width, resize, interpolation):
    from open_clip import image_transform
    from open_clip.constants import OPENAI_DATASET_MEAN as MEAN
    from open_clip.constants import OPENAI_DATASET_STD as STD

    content = encode(random_pixels(height, width))
    asked = {"mean": MEAN, "std": STD, "resize_mode": resize, "interpolation": interpolation}
    expected = image_transform(24, is_train=False, **asked)(Image.open(io.BytesIO(content)))
    preprocess = Preprocess(24, MEAN, STD, interpolation, resize == "squash")
    decoded = torch.from_numpy(preprocess.decode(content).copy())
    torch.testing.assert_close(preprocess(decoded[None])[0], expected)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_every_colour_mode_becomes_rgb(mode):
    content = encode(random_pixels(8, 8), "TIFF", mode)
    assert Preprocess(8, (0, 0, 0), (1, 1, 1)).decode(content).shape == (8, 8, 3)


def test_what_is_no_whole_image_is_none():
    preprocess = Preprocess(24, (0, 0, 0), (1, 1, 1))
    whole = encode(random_pixels(64, 64), "JPEG")
    assert preprocess.decode(whole) is not None
    assert preprocess.decode(whole[: len(whole) // 2]) is None
    assert preprocess.decode(b"<html>not found</html>") is None
    assert preprocess.decode(b"") is None
