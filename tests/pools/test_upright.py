"""Pictures that are turned or deep are stored upright and of 8 bits; all others as they are."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from clipcause.pools.upright import upright

PIXELS = np.zeros((4, 6, 3), np.uint8)
PIXELS[:2, :3] = (250, 0, 0)
PIXELS[2:, 3:] = (0, 0, 250)


def encoded(picture: Image.Image, kind: str, **settings) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "JPEG", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_exif_turns_is_turned_as_pillow_turns_it(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"quality": 100, "subsampling": "4:4:4"}
    settings = {"WEBP": {"lossless": True}, "JPEG": lossless, "AVIF": lossless}.get(kind, {})
    content = encoded(Image.fromarray(PIXELS), kind, exif=exif, **settings)
    with Image.open(io.BytesIO(content)) as image:
        expected = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    mended = upright(content)
    shades = cv2.imdecode(np.frombuffer(mended, np.uint8), cv2.IMREAD_UNCHANGED)[:, :, ::-1]  # as img2dataset reads it
    assert np.abs(shades - expected).max() <= (8 if kind in ("JPEG", "AVIF") else 0)
    assert (mended == content) == (orientation == 1 or kind == "TIFF")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_become_eight(channels):
    deep = np.random.default_rng(0).integers(0, 2**16, (4, 6, channels)).astype(np.uint16)
    content = cv2.imencode(".png", deep)[1].tobytes()
    shades = cv2.imdecode(np.frombuffer(upright(content), np.uint8), cv2.IMREAD_UNCHANGED)
    assert (shades.reshape(deep.shape) == np.round(deep / 257)).all()


def test_sixteen_bits_of_a_tiff_become_eight():
    deep = np.random.default_rng(0).integers(0, 2**16, (4, 6, 3)).astype(np.uint16)
    shades = upright(cv2.imencode(".tiff", deep)[1].tobytes())
    assert np.abs(cv2.imdecode(np.frombuffer(shades, np.uint8), cv2.IMREAD_UNCHANGED) - deep / 257).max() <= 1


def test_pixels_that_are_no_shades_are_refused():
    content = encoded(Image.fromarray(np.linspace(0, 9000, 24, dtype=np.float32).reshape(4, 6)), "TIFF")
    with pytest.raises(ValueError, match="pixels of float32"):
        upright(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_plain_pictures_stay_as_they_are(kind):
    content = encoded(Image.fromarray(PIXELS), kind)
    assert upright(content) == content


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", b"II*\0\0", b"x"]
)
def test_what_is_no_picture_comes_back_as_it_is(content):
    assert upright(content) == content
