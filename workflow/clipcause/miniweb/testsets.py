"""The miniweb's test sets, in CLIP-benchmark's layout, with the truth about each image beside them."""

import csv
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from clipcause.benchmark_layout import TRUTH, write_testset
from clipcause.errors import UserError
from clipcause.miniweb.captions import full_captions
from clipcause.miniweb.picture import paint, shoot
from clipcause.miniweb.scene import STYLES, Scene, Wish, draw_scene
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.streams import PAGE, PICTURE, generator
from clipcause.miniweb.words import ATTRIBUTE_VALUES, CLASSES
from clipcause.outputs import whole

CLASSNAMES = [concept.name for concept in CLASSES]
TEMPLATES = ["a photo of a {c}.", "a picture of a {c}.", "a sketch of a {c}.", "look at a {c}.", "a {c}."]
RETRIEVAL = "retrieval"


def _balanced(count: int, **wish) -> list[Wish]:
    """Every class equally often; ribbons tell nothing about the class."""
    return [Wish(concept=CLASSNAMES[k % len(CLASSNAMES)], associated=False, **wish) for k in range(count)]


def _crossed(count: int) -> list[Wish]:
    cells = list(product(CLASSNAMES, ATTRIBUTE_VALUES))
    return [Wish(concept=name, attribute=value) for name, value in (cells[k % len(cells)] for k in range(count))]


TESTSETS: dict[str, Callable[[int], list[Wish]]] = {
    **{style: lambda count, style=style: _balanced(count, style=style) for style in STYLES},
    "balanced": lambda count: _balanced(count),
    "natural": lambda count: [Wish(further=False)] * count,
    "reference": lambda count: _balanced(count, style="photo"),
    "neutral": lambda count: _balanced(count, neutral=True),
    "crossed": _crossed,
    RETRIEVAL: lambda count: [Wish(associated=False)] * count,
}
"""For each test set, what is fixed of its first `count` images."""


def write_named_testset(name: str, settings: Settings, output: str | Path) -> None:
    """Draw the test set `name` into the folder `output`, with `truth.csv` (key, label, truth_style, truth_attribute).

    Its images come from a stream of their own and appear in no pool. Raises UserError for an unknown name.
    """
    if name not in TESTSETS:
        raise UserError(f"miniweb test set {name}: there is none of that name; there are {', '.join(TESTSETS)}")
    truth: list[tuple] = []
    with whole(output) as folder:
        samples = _samples(name, settings, truth)
        if name == RETRIEVAL:
            write_testset(folder, samples)
        else:
            write_testset(folder, samples, CLASSNAMES, TEMPLATES)
        with (folder / TRUTH).open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("key", "label", "truth_style", "truth_attribute"))
            rows.writerows(truth)


def draw_image(name: str, settings: Settings, number: int, wish: Wish) -> tuple[Scene, bytes]:
    """Image `number` of a test set: its content and its JPEG."""
    chance = generator(settings.seed, f"testset {name}", number, PICTURE)
    scene = draw_scene(chance, settings, wish)
    camera = generator(settings.seed, f"testset {name}", number, PAGE)
    return scene, shoot(paint(scene, chance, settings.image_size), scene.style, camera)


def _samples(name: str, settings: Settings, truth: list[tuple]) -> Iterator[tuple[bytes, int | list[str]]]:
    for number, wish in enumerate(TESTSETS[name](settings.test_images_per_class * len(CLASSES))):
        scene, image = draw_image(name, settings, number, wish)
        truth.append((f"s{number:07d}", scene.concept, scene.style, scene.attribute or ""))
        if name == RETRIEVAL:
            chance = generator(settings.seed, f"captions {name}", number, PAGE)
            yield image, full_captions(chance, scene)
        else:
            yield image, CLASSNAMES.index(scene.concept)
