"""A contact sheet of the miniweb: one row per style, one column per class."""

import io
from pathlib import Path

from PIL import Image

from clipcause.files.outputs import whole
from clipcause.miniweb.picture import paint, shoot
from clipcause.miniweb.scene import STYLES, Wish, draw_scene
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.streams import PAGE, PICTURE, generator
from clipcause.miniweb.words import CLASSES


def write_contact_sheet(path: str | Path, settings: Settings, magnified: int = 3, gap: int = 2) -> None:
    """Write a PNG with every class in every style, each picture `magnified` times."""
    side = settings.image_size * magnified + gap
    sheet = Image.new("RGB", (side * len(CLASSES) + gap, side * len(STYLES) + gap), "white")
    for row, style in enumerate(STYLES):
        for column, concept in enumerate(CLASSES):
            number = row * len(CLASSES) + column
            chance = generator(settings.seed, "sheet", number, PICTURE)
            scene = draw_scene(chance, settings, Wish(concept=concept.name, style=style))
            jpeg = shoot(
                paint(scene, chance, settings.image_size), style, generator(settings.seed, "sheet", number, PAGE)
            )
            picture = Image.open(io.BytesIO(jpeg))
            sheet.paste(
                picture.resize((side - gap, side - gap), Image.Resampling.NEAREST),
                (gap + column * side, gap + row * side),
            )
    with whole(path) as temporary:
        sheet.save(temporary)
