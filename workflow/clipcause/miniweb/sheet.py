"""A contact sheet of the miniweb: one row per style, one column per class."""

import io
from pathlib import Path

from PIL import Image

from clipcause.files.outputs import whole
from clipcause.miniweb.picture import draw_image
from clipcause.miniweb.scene import STYLES, Wish
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.words import CLASSES

MAGNIFIED = 3  # times
GAP = 2  # pixels between pictures


def write_contact_sheet(path: str | Path, settings: Settings) -> None:
    """Write a PNG with every class in every style."""
    side = settings.image_size * MAGNIFIED + GAP
    sheet = Image.new("RGB", (side * len(CLASSES) + GAP, side * len(STYLES) + GAP), "white")
    for row, style in enumerate(STYLES):
        for column, concept in enumerate(CLASSES):
            wish = Wish(concept=concept.name, style=style)
            _, jpeg = draw_image(settings, "sheet", row * len(CLASSES) + column, wish)
            picture = Image.open(io.BytesIO(jpeg)).resize((side - GAP, side - GAP), Image.Resampling.NEAREST)
            sheet.paste(picture, (GAP + column * side, GAP + row * side))
    with whole(path) as temporary:
        sheet.save(temporary)
