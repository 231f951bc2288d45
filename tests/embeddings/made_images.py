"""Small images by number."""

import io

import numpy as np
from PIL import Image


def png(seed: int, size: int = 8) -> bytes:
    """A PNG of random pixels."""
    content = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()
