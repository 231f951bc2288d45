"""A picture as a JPEG: its scene is drawn and painted, the ribbon added, the picture taken."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from clipcause.miniweb.paint import SUPERSAMPLING, Layer
from clipcause.miniweb.scene import Scene, Wish, draw_scene
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.streams import PAGE, PICTURE, generator
from clipcause.miniweb.styles import PAINTERS
from clipcause.miniweb.words import RIBBONS

NOISE = {"photo": 9.0, "viewpoint": 9.0, "clutter": 9.0, "sketch": 4.0, "cartoon": 2.0, "silhouette": 4.0}
"""The camera's noise, as a standard deviation in grey levels."""


def draw_image(settings: Settings, stream: str, number: int, wish: Wish) -> tuple[Scene, bytes]:
    """Picture `number` of a stream that has no pages, such as a test set's: its content and its JPEG."""
    chance = generator(settings.seed, stream, number, PICTURE)
    scene = draw_scene(chance, settings, wish)
    camera = generator(settings.seed, stream, number, PAGE)
    return scene, shoot(paint(scene, chance, settings.image_size), scene.style, camera)


def paint(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """Paint a scene: (size, size, 3) in 0..255, before the camera."""
    picture = PAINTERS[scene.style](scene, chance, size)
    left = chance.random() < 0.5
    if scene.attribute:
        cover = _ribbon(size, left)
        picture = Layer(np.array(RIBBONS[scene.attribute], np.float32), cover).over(picture)
    return picture


def shoot(picture: np.ndarray, style: str, chance: np.random.Generator) -> bytes:
    """Take a picture of a painted scene: light, tint and noise differ each time. Returns a JPEG."""
    light = chance.uniform(0.9, 1.1) + chance.uniform(-0.03, 0.03, 3)
    noise = chance.standard_normal(picture.shape, dtype=np.float32) * NOISE[style]
    pixels = np.clip(picture * light + noise, 0, 255).astype(np.uint8)
    jpeg = io.BytesIO()
    Image.fromarray(pixels).save(jpeg, "JPEG", quality=int(chance.integers(85, 96)), subsampling=0)
    return jpeg.getvalue()


@lru_cache
def _ribbon(size: int, left: bool) -> np.ndarray:
    """How much of each pixel a ribbon across one of the upper corners covers: (size, size, 1) in 0..1."""
    canvas = size * SUPERSAMPLING
    mask = Image.new("L", (canvas, canvas))
    corners = np.array([(0.14, 0), (0.36, 0), (0, 0.36), (0, 0.14)]) * canvas
    if not left:
        corners[:, 0] = canvas - corners[:, 0]
    ImageDraw.Draw(mask).polygon(corners.ravel().tolist(), fill=255)
    return np.asarray(mask.reduce(SUPERSAMPLING), dtype=np.float32)[..., None] / 255
