"""The six styles a scene can be painted in; each returns a picture (size, size, 3) of colours in 0..255."""

import colorsys

import numpy as np
from PIL import Image

from clipcause.miniweb.paint import Layer, Thing, fill, ink
from clipcause.miniweb.pose import aside, unusual, upright
from clipcause.miniweb.scene import Scene
from clipcause.miniweb.shapes import SHAPES
from clipcause.miniweb.streams import pick
from clipcause.miniweb.words import COLOURS, PLACES

LUMINANCE = np.array([0.3, 0.6, 0.1])


def photo(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """One object, upright, lit from one side, before a textured background."""
    return _photograph(scene, chance, size, upright(chance), texture=0.12)


def viewpoint(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """A photograph from where one does not usually stand."""
    return _photograph(scene, chance, size, unusual(chance), texture=0.12)


def clutter(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """A photograph with other things around the object, through a fence."""
    return _photograph(scene, chance, size, upright(chance), texture=0.12, around=2, fence=True)


def sketch(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """Pencil lines on paper, without colour."""
    paper = np.array([246, 243, 234]) - chance.uniform(0, 22)
    picture = paper + chance.normal(0, 3, (size, size, 1))
    return ink(_thing(scene, upright(chance), chance), size, width=chance.uniform(0.03, 0.05)).over(picture)


def cartoon(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """Flat colours and a dark contour before a burst of rays."""
    picture = np.where(_rays(chance, size), _bright(chance), _bright(chance))
    return fill([_thing(scene, upright(chance), chance)], size, outline=0.06).over(picture)


def silhouette(scene: Scene, chance: np.random.Generator, size: int) -> np.ndarray:
    """Dark against a bright sky, at times bright against the dark."""
    above, below = _bright(chance), _bright(chance)
    bright = above + (below - above) * _rows(size) + np.zeros((size, size, 1))
    dark = np.array([28.0, 26, 38]) + chance.uniform(0, 25)
    cover = fill([_thing(scene, upright(chance), chance)], size).cover
    return Layer(bright, cover).over(dark) if chance.random() < 0.3 else Layer(dark, cover).over(bright)


PAINTERS = {
    "photo": photo,
    "sketch": sketch,
    "cartoon": cartoon,
    "silhouette": silhouette,
    "viewpoint": viewpoint,
    "clutter": clutter,
}


def _photograph(
    scene: Scene,
    chance: np.random.Generator,
    size: int,
    pose: np.ndarray,
    texture: float,
    around: int = 0,
    fence: bool = False,
) -> np.ndarray:
    """The object before a background of that much texture, with so many other things around it."""
    thing = _thing(scene, pose, chance)
    picture = _background(scene, chance, size, thing.palette["main"], texture)
    if around:
        picture = fill([_bystander(aside(chance), chance) for _ in range(around)], size).over(picture)
    picture = _lit(fill([thing], size), chance, picture)
    return _fence(chance, size).over(picture) if fence else picture


def _fence(chance: np.random.Generator, size: int) -> Layer:
    """Slanting wires in one colour, in front of everything."""
    angle = np.pi * chance.uniform(0.2, 0.3) * (1 if chance.random() < 0.5 else -1)
    rows, wires = _rows(size), chance.uniform(3, 4)
    across = (rows * np.cos(angle) + rows.transpose(1, 0, 2) * np.sin(angle)) * wires + chance.random()
    cover = np.clip((0.09 - np.abs(across % 1 - 0.5)) * size / wires + 0.5, 0, 1)
    return Layer(np.array(COLOURS[pick(chance, ("black", "brown", "white"))], float), cover)


def _bystander(pose: np.ndarray, chance: np.random.Generator) -> Thing:
    """Any object in any colours."""
    colours = tuple(COLOURS.values())
    palette = {role: pick(chance, colours) for role in ("main", "second", "dark", "light")}
    return Thing(pick(chance, tuple(SHAPES.values())), pose, chance.random(4), palette)


def _background(scene: Scene, chance: np.random.Generator, size: int, main: tuple, texture: float) -> np.ndarray:
    """The place behind the object: sky, ground and coarse texture, kept lighter or darker than the object."""
    sky, ground = (np.array(colour, float) for colour in PLACES[scene.place])
    horizon, light = chance.uniform(0.4, 0.8), chance.uniform(-25, 25)
    share = np.clip((_rows(size) - horizon) * 6 + 0.5, 0, 1)
    coarse = chance.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    spots = np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC), float) - 128
    picture = sky + (ground - sky) * share + light + texture * spots
    brightness = float((np.array(main) * LUMINANCE).sum())
    contrast = float((picture.mean((0, 1)) * LUMINANCE).sum()) - brightness
    if abs(contrast) < 45:
        picture += (45 if brightness < 128 else -45) - contrast
    return np.clip(picture, 0, 255)


def _lit(layer: Layer, chance: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Lay an object over a picture, lighter on the side of the light, with a shadow on the other."""
    size = len(picture)
    angle = chance.uniform(0, 2 * np.pi)
    towards = np.array([np.cos(angle), np.sin(angle)])
    slope = (np.arange(size) + 0.5) / size - 0.5
    light = slope[None, :, None] * towards[0] + slope[:, None, None] * towards[1]
    shift = np.round(-towards * size / 14).astype(int)
    shadow = np.roll(layer.cover, (shift[1], shift[0]), axis=(0, 1))
    return Layer(layer.colours * (1 + 0.8 * light), layer.cover).over(picture * (1 - 0.3 * shadow))


def _thing(scene: Scene, pose: np.ndarray, chance: np.random.Generator) -> Thing:
    return Thing(SHAPES[scene.concept], pose, chance.random(4), _palette(scene, chance))


def _palette(scene: Scene, chance: np.random.Generator) -> dict[str, tuple[int, int, int]]:
    """The colour of every role, a little off the named ones."""
    off = chance.integers(-18, 19, 6).tolist()
    main = tuple(c + o for c, o in zip(COLOURS[scene.colour], off[:3], strict=True))
    second = tuple(c + o for c, o in zip(COLOURS[scene.second], off[3:], strict=True))
    return {
        "main": main,
        "second": second,
        "dark": (120, 115, 120) if scene.colour == "black" else (45, 42, 50),
        "light": (175, 195, 215) if scene.colour == "white" else (245, 243, 235),
    }


def _bright(chance: np.random.Generator) -> np.ndarray:
    """A light colour of any hue: (3,)."""
    return 255 * np.array(colorsys.hsv_to_rgb(chance.random(), 0.5 * chance.random(), 0.95))


def _rays(chance: np.random.Generator, size: int) -> np.ndarray:
    """True in every other one of the rays that leave a point near the middle: (size, size, 1)."""
    x, y = 0.3 + 0.4 * chance.random(2)
    rows = _rows(size)[..., 0]
    rays = np.arctan2(rows - y, rows.T - x) / (2 * np.pi) * 6 + chance.random()
    return (rays % 1 < 0.5)[..., None]


def _rows(size: int) -> np.ndarray:
    """The height of each row's middle, 0 at the top and 1 at the bottom: (size, 1, 1)."""
    return ((np.arange(size) + 0.5) / size)[:, None, None]
