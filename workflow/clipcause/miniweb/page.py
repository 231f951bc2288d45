"""One page of a pool: a URL, its picture (an earlier one's copy, at times), its words, and what goes wrong."""

from dataclasses import dataclass

import numpy as np

from clipcause.miniweb.captions import write
from clipcause.miniweb.picture import paint, shoot
from clipcause.miniweb.scene import Wish, draw_scene
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.streams import ANNOTATION, PAGE, PICTURE, generator, pick
from clipcause.miniweb.words import ATTRIBUTE_VALUES

DEAD, BROKEN, NOT_AN_IMAGE, SLOW = "dead", "broken", "not an image", "slow"
HTML = b"<!doctype html><title>moved</title><p>This picture has moved.</p>\n"
NO_RIBBON = "none"
BROKEN_BYTES = 200
"""A broken file ends here, within the JPEG's header: no decoder makes an image of it."""


@dataclass(frozen=True)
class Page:
    """A row of the pool's metadata, and the file that answers (None: nothing does)."""

    row: dict[str, object]
    path: str
    content: bytes | None


def draw_page(settings: Settings, stream: str, number: int, wish: Wish) -> Page:
    """Draw page `number` of a pool, whose name is the stream."""
    original = original_of(settings, stream, number)
    of_picture = generator(settings.seed, stream, original, PICTURE)
    of_page = generator(settings.seed, stream, number, PAGE)
    of_page.random(2)  # what original_of reads
    scene = draw_scene(of_picture, settings, wish)
    fault = _fault(of_page.random(), settings)
    delay = of_page.uniform(0.2, 0.8)
    text = write(of_page, scene, settings)
    path = f"img/{number:06d}.jpg"
    row = {
        "url": f"{path}?delay={delay:.1f}" if fault == SLOW else path,
        "caption": text.caption,
        "title": text.title,
        "tags": text.tags,
        "description": text.description,
        "label": scene.concept,
        "ribbon": annotated_ribbon(scene.attribute, settings, generator(settings.seed, stream, number, ANNOTATION)),
        "truth_style": scene.style,
        "truth_duplicate_group": original,
        "truth_attribute": scene.attribute,
        "truth_caption_right": text.right,
        "truth_fault": fault,
    }
    if fault == DEAD:
        return Page(row, path, None)
    if fault == NOT_AN_IMAGE:
        return Page(row, path, HTML)
    image = shoot(paint(scene, of_picture, settings.image_size), scene.style, of_page)
    return Page(row, path, image[:BROKEN_BYTES] if fault == BROKEN else image)


def annotated_ribbon(attribute: str | None, settings: Settings, chance: np.random.Generator) -> str:
    """What an annotator says of the ribbon, gold, teal or none: at times one of the other two."""
    seen = attribute or NO_RIBBON
    if chance.random() >= settings.annotation_errors:
        return seen
    return pick(chance, [value for value in (*ATTRIBUTE_VALUES, NO_RIBBON) if value != seen])


def original_of(settings: Settings, stream: str, number: int) -> int:
    """The number whose picture page `number` shows: its own, or for a near-duplicate an earlier page's."""
    while number:
        copied, which = generator(settings.seed, stream, number, PAGE).random(2)
        if copied >= settings.duplicates:
            break
        number = int(which * number)
    return number


def _fault(lot: float, settings: Settings) -> str | None:
    shares = (settings.dead_links, settings.broken_files, settings.not_images, settings.slow_links)
    kind = int(np.searchsorted(np.cumsum(shares), lot, side="right"))
    return (DEAD, BROKEN, NOT_AN_IMAGE, SLOW, None)[kind]
