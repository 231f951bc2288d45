"""Pictures: painted where they should be, in every style, at any size."""

import io

import numpy as np
import pytest
from PIL import Image

from clipcause.miniweb.paint import Thing, fill, ink
from clipcause.miniweb.parts import polygon, ring, shape, stroke
from clipcause.miniweb.picture import paint, shoot
from clipcause.miniweb.pose import half_width, placed, unusual
from clipcause.miniweb.scene import STYLES, Wish, draw_scene
from clipcause.miniweb.shapes import SHAPES
from clipcause.miniweb.streams import PAGE, PICTURE, generator
from clipcause.miniweb.words import CONCEPTS, RIBBONS

RED = {"main": (255, 0, 0), "second": (0, 255, 0)}


def square(half: float, x: float = 0.5, y: float = 0.5) -> Thing:
    unit = shape("red", polygon("main", -1, -1, 1, -1, 1, 1, -1, 1))
    return Thing(unit, placed(x, y, half, 1.0, 0.0, 0.0), np.zeros(4), RED)


def test_a_square_covers_its_pixels_and_no_other():
    layer = fill([square(0.25)], size=12)
    inside = np.zeros((12, 12))
    inside[3:9, 3:9] = 1
    assert np.abs(layer.cover[..., 0] - inside)[4:8, 4:8].max() == 0
    assert layer.cover[..., 0][:3].max() == 0
    assert layer.cover.sum() == pytest.approx(36, rel=0.15)
    assert (layer.colours[5, 5] == (255, 0, 0)).all()


def test_over_mixes_by_cover():
    picture = fill([square(0.25)], size=12).over(np.full((12, 12, 3), 100.0))
    assert picture[5, 5].tolist() == [255, 0, 0]
    assert picture[0, 0].tolist() == [100, 100, 100]


def test_later_things_hide_earlier_ones_and_an_outline_is_dark():
    behind, before = square(0.4), square(0.1)
    green = Thing(before.shape, before.pose, before.wobble, {"main": (0, 255, 0)})
    layer = fill([behind, green], size=12)
    assert layer.colours[6, 6].tolist() == [0, 255, 0]
    assert layer.colours[2, 6].tolist() == [255, 0, 0]
    outlined = fill([square(0.25)], size=12, outline=0.17)
    assert outlined.cover[6, 2, 0] > 0.5
    assert outlined.colours[6, 2].max() < 100


def test_ink_is_the_outline_alone():
    cover = ink(square(0.25), size=12, width=0.05).cover[..., 0]
    assert cover[6, 6] == 0
    assert cover[6, 3] > 0.3
    assert cover[0].max() == 0


def test_poses_place_scale_and_mirror():
    pose = placed(0.5, 0.25, 0.2, 1.0, 90.0, 0.0)
    assert pose @ [0, 0, 1] == pytest.approx([0.5, 0.25, 1])
    assert pose @ [1, 0, 1] == pytest.approx([0.5, 0.45, 1])
    assert half_width(pose) == pytest.approx(0.2)
    determinants = {np.sign(np.linalg.det(unusual(generator(0, "p", n, PICTURE)))) for n in range(20)}
    assert determinants == {-1, 1}


def test_strokes_and_rings_grow_with_the_object():
    thick = shape("red", stroke("main", 0.4, -1, 0, 1, 0), ring("second", 0.2, 0, 0, 0.5))
    covers = [
        fill([Thing(thick, placed(0.5, 0.5, half, 1.0, 0, 0), np.zeros(4), RED)], size=48).cover.sum()
        for half in (0.2, 0.4)
    ]
    assert covers[1] / covers[0] == pytest.approx(4, rel=0.15)


def test_the_catalogue_has_a_shape_for_every_word_and_all_fit_the_unit_square():
    assert set(SHAPES) == set(CONCEPTS)
    for name, outline in SHAPES.items():
        assert np.abs(outline.points).max() <= 1.15, name
        assert {part.role for part in outline.parts} <= {"main", "second", "dark", "light"}
        assert "main" in {part.role for part in outline.parts}


@pytest.mark.parametrize("style", STYLES)
def test_every_object_shows_in_every_style(style, small):
    for name in SHAPES:
        chance = generator(0, "show", 0, PICTURE)
        scene = draw_scene(chance, small, Wish(concept=name, style=style))
        picture = paint(scene, chance, 24)
        assert picture.shape == (24, 24, 3)
        assert picture[6:18, 6:18].std() > 8, name


def test_a_ribbon_changes_one_upper_corner_and_nothing_else(small):
    def picture(**wish):
        chance = generator(0, "ribbon", 5, PICTURE)
        return paint(draw_scene(chance, small, Wish(style="sketch", concept="key", **wish)), chance, 24)

    plain, gold, teal = picture(neutral=True), picture(attribute="gold"), picture(attribute="teal")
    changed = np.abs(gold - plain).sum(2) > 1e-6
    assert changed[9:].sum() == 0
    assert changed[:9, :9].any() != changed[:9, -9:].any()
    assert (changed == (np.abs(teal - plain).sum(2) > 1e-6)).all()
    full = np.abs(gold - np.array(RIBBONS["gold"])).sum(2) < 1e-3
    assert full.sum() > 8


@pytest.mark.parametrize("size", [16, 24, 40])
def test_a_shot_is_a_jpeg_of_the_size_asked_for(size, small):
    chance = generator(0, "shot", 0, PICTURE)
    scene = draw_scene(chance, small, Wish())
    jpeg = shoot(paint(scene, chance, size), scene.style, generator(0, "shot", 0, PAGE))
    image = Image.open(io.BytesIO(jpeg))
    assert (image.format, image.size, image.mode) == ("JPEG", (size, size), "RGB")
