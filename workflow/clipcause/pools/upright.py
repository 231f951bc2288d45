"""Pictures that img2dataset would store wrong made right: upright, of 8 bits per channel."""

import io

import cv2
import numpy as np
from PIL import Image

ORIENTATION = 0x0112  # of EXIF
# How pixels [H, W, ...] that were stored in an orientation of EXIF are turned upright.
TURNED = {
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: lambda pixels: np.swapaxes(pixels, 0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(np.swapaxes(pixels, 0, 1), 2),
    8: np.rot90,
}
JPEG, PNG, GIF, BMP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM"
TIFF = (b"II*\x00", b"MM\x00*")
HEADER = 1 << 16  # bytes within which a JPEG says how it is turned


def upright(content: bytes) -> bytes:
    """`content` itself, or where its picture is turned by EXIF or deeper than 8 bits, the picture as a PNG that is not.

    Of an animation the first frame counts, as OpenCV reads it. Raises ValueError where the pixels are no shades that
    8 bits could tell, such as heights in floating point; what is no picture at all comes back as it is.
    """
    if _is_plain(content):
        return content
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        return content
    turned = TURNED.get(_orientation(content))
    if pixels.dtype == np.uint8 and turned is None:
        return content
    if pixels.dtype == np.uint16 and content.startswith(PNG):
        pixels = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        pixels = _of_eight_bits(content, pixels.dtype)
    if turned is not None:
        pixels = np.ascontiguousarray(turned(pixels))
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def _is_plain(content: bytes) -> bool:
    """Whether the first bytes already say that there is nothing to mend, as they do of most pictures."""
    if content.startswith(JPEG):
        return content.find(b"Exif\x00\x00", 0, HEADER) < 0
    if content.startswith(PNG):
        return content[24:25] != b"\x10" and b"eXIf" not in content
    if content[8:12] == b"WEBP":
        return b"EXIF" not in content
    return content.startswith((GIF, BMP))


def _orientation(content: bytes) -> int:
    """How EXIF says that a picture is turned, 1 to 8; 1, upright, if it says nothing that can be read."""
    if content.startswith(TIFF):
        return 1  # OpenCV has turned it
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.getexif().get(ORIENTATION, 1)
    except Exception:  # of which there are many kinds in damaged files; OpenCV has read the picture itself
        return 1


def _of_eight_bits(content: bytes, depth: np.dtype) -> np.ndarray:
    """The picture as the format itself makes shades of 8 bits of it."""
    if depth != np.uint16:
        raise ValueError(f"Image decoding error: pixels of {depth}")
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
