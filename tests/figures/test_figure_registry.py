"""Registries of figures, how all of one are written, and the look they share."""

import json
from contextlib import contextmanager

import pandas as pd
import pytest

from clipcause.figures.drawing import registry, write_figures
from clipcause.figures.style import COLOURS, canvas, looks, numbers, words


@pytest.fixture
def figures():
    """A registry of two figures: one has data, the other has not."""
    registered, figure = registry()

    class Line:
        title = "A line"

        def caption(self, tables):
            return f"A line through {len(tables)} points."

        def frame(self, tables):
            return pd.DataFrame({"x": tables})

        @contextmanager
        def draw(self, tables, frame):
            with canvas(2, 1) as (drawn, axes):
                axes.plot(frame["x"])
                yield drawn, axes

    @figure("nothing")
    class Nothing(Line):
        def frame(self, tables):
            return pd.DataFrame()

    figure("line")(Line)
    return registered


def test_figures_with_data_are_written_and_others_left_out(figures, tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "old.svg").write_text("of an earlier run")
    write_figures(figures, [3, 1, 2], tmp_path / "figures")
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["index.json", "line.csv", "line.png", "line.svg"]
    assert json.loads((tmp_path / "figures" / "index.json").read_text()) == [
        {"name": "line", "title": "A line", "caption": "A line through 3 points."}
    ]
    assert (tmp_path / "figures" / "line.csv").read_bytes() == b"x\n3\n1\n2\n"


def test_same_bytes_twice(figures, tmp_path):
    for folder in ("one", "two"):
        write_figures(figures, [3, 1, 2], tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_a_figure_that_fails_leaves_the_old_ones(figures, tmp_path):
    write_figures(figures, [3, 1, 2], tmp_path / "figures")
    with pytest.raises(ValueError, match="scalar values"):
        write_figures(figures, None, tmp_path / "figures")
    assert (tmp_path / "figures" / "line.svg").exists() and len(list(tmp_path.iterdir())) == 1


def test_a_name_is_of_one_figure():
    _, figure = registry()
    figure("line")(object)
    with pytest.raises(ValueError, match="two figures are named 'line'"):
        figure("line")(object)


def test_registries_are_apart():
    (one, figure), (other, _) = registry(), registry()
    figure("line")(object)
    assert list(one) == ["line"] and list(other) == []


def test_arms_look_apart():
    arms = [f"arm_{number}" for number in range(len(COLOURS))]
    drawn = looks(arms)
    assert list(drawn) == arms
    assert len({look.colour for look in drawn.values()}) == len({look.marker for look in drawn.values()}) == len(arms)


def test_more_arms_than_colours_look_apart():
    arms = [f"arm_{number}" for number in range(3 * len(COLOURS))]
    assert len(set(looks(arms).values())) == len(arms)


def test_words_and_numbers_are_for_people():
    assert words("clip_balanced") == "CLIP balanced" and words("supervised") == "Supervised"
    assert words("simclr_m4") == "SimCLR M4"
    assert numbers(-0.125, -1, 0.5) == "−0.12 [−1.00, 0.50]"
    assert numbers(-0.01, -1, 0.5, 1) == "0.0 [−1.0, 0.5]"
