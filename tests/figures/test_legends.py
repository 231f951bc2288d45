"""Legends fit the page, and arms of a family look alike where there are more arms than colours."""

import pytest

from clipcause.figures.legend import LINE, draw_legend, legend_columns, legend_height
from clipcause.figures.style import COLOURS, MARKERS, PAGE, canvas, looks

LONG = [f"an arm whose name is long {number}" for number in range(16)]


def test_columns_are_as_many_as_fit():
    assert legend_columns(["a", "b", "c"]) == 3
    assert legend_columns(LONG) == 3
    assert legend_columns(["x" * 200]) == 1
    assert legend_height(["a", "b", "c"]) == pytest.approx(LINE)
    assert legend_height(LONG) == pytest.approx(6 * LINE)


@pytest.mark.parametrize("labels", [["CLIP", "$x$"], LONG, [f"arm {number}" for number in range(49)]])
def test_no_legend_is_wider_than_the_page_or_higher_than_its_room(labels):
    with canvas(PAGE, 3 + legend_height(labels)) as (drawn, axes):
        draw_legend(drawn, axes, looks(labels))
        drawn.canvas.draw()
        box = drawn.legends[0].get_window_extent()
        assert box.width <= PAGE * drawn.dpi
        assert box.height <= (legend_height(labels) + 2 * LINE) * drawn.dpi
        assert [text.get_text() for text in drawn.legends[0].get_texts()] == [
            each.replace("$", r"\$") for each in labels
        ]


def test_arms_of_a_family_share_a_colour_and_others_do_not():
    families = {f"{family}{number}": family for family in ("clip", "supervised", "dino") for number in range(3)}
    drawn = looks(list(families), families)
    assert list(drawn) == list(families) and len(set(drawn.values())) == 9
    colours: dict[str, set[str]] = {}
    for arm, family in families.items():
        colours.setdefault(family, set()).add(drawn[arm].colour)
    assert len(set().union(*colours.values())) == sum(map(len, colours.values())) <= len(COLOURS)


def test_a_large_family_takes_several_colours_before_it_repeats_a_marker():
    drawn = looks([f"arm{number}" for number in range(20)])
    assert len({look.colour for look in drawn.values()}) == len(COLOURS)
    assert len({look.marker for look in drawn.values()}) == 3


@pytest.mark.parametrize("families", [1, 6, 30])
def test_no_two_arms_look_alike_while_looks_last(families):
    arms = {f"arm{number}": str(number % families) for number in range(len(COLOURS) * len(MARKERS))}
    assert len(set(looks(list(arms), arms).values())) == len(arms)


def test_more_arms_than_looks_are_still_drawn():
    assert len(looks([f"arm{number}" for number in range(60)])) == 60
