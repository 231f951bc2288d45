"""Curves: what is in them, where it stands, and what they say is not in them."""

import pandas as pd
import pytest
from made_tables import arms, estimate, tables

from clipcause.figures.drawing import write_figures
from clipcause.studies.figures.curves import curve_figures

CURVE = {
    "title": "Data scale",
    "x": "Share of the pool",
    "logarithmic": True,
    "measures": ["corr_acc", "accuracy", "rb"],
    "testset": "balanced",
    "readout": "own",
    "attribute": "gold",
    "lines": {"CLIP": {"quarter": 0.25, "whole": 1.0}, "supervised": {"sl_quarter": 0.25, "sl": 1.0}},
}
STUDY = {"testsets": ["balanced"], "arms": arms("quarter", "whole", "sl_quarter", "sl", "other")}
ROWS = [
    estimate("quarter", "accuracy", 0.4),
    estimate("quarter", "accuracy", 0.3, seed=0),
    estimate("whole", "accuracy", 0.6),
    estimate("sl", "accuracy", 0.8),
    estimate("other", "accuracy", 0.1),
    estimate("whole", "accuracy", 0.2, readout="template"),
    estimate("whole", "accuracy", 0.2, testset="photo"),
    estimate("whole", "corr_acc", -0.5),
    estimate("whole", "corr_pred", -0.5),
    estimate("whole", "rb", 0.25, readout=None, attribute="gold"),
    estimate("whole", "rb", 0.35, readout=None, attribute="hat"),
    estimate("sl", "rb", None, readout=None, attribute="gold", reason="no text tower"),
]


def made(rows=ROWS, **settings):
    study = STUDY | {"curves": {"scale": CURVE | settings}}
    return curve_figures(study)["curve_scale"], tables(study, rows)


def test_points_are_the_estimates_of_its_arms_in_their_own_unit():
    figure, made_of = made()
    frame = figure.frame(made_of)
    found = {(row.line, row.x, row.measure, pd.isna(row.seed)): row.value for row in frame.itertuples()}
    assert found == pytest.approx(
        {
            ("CLIP", 0.25, "accuracy", True): 40,
            ("CLIP", 0.25, "accuracy", False): 30,
            ("CLIP", 1.0, "accuracy", True): 60,
            ("supervised", 1.0, "accuracy", True): 80,
            ("CLIP", 1.0, "corr_acc", True): -0.5,
            ("CLIP", 1.0, "rb", True): 25,
        }
    )
    assert frame["low"].iloc[0] == pytest.approx(30) and frame["high"].iloc[0] == pytest.approx(50)


def test_an_arm_may_stand_on_two_lines():
    figure, made_of = made(lines={"up": {"whole": 1.0}, "down": {"whole": 2.0}}, measures=["accuracy"])
    assert figure.frame(made_of)[["line", "x"]].to_numpy().tolist() == [["up", 1.0], ["down", 2.0]]


def test_every_measure_has_a_panel_and_every_line_its_marks():
    figure, made_of = made()
    with figure.draw(made_of, figure.frame(made_of)) as (_, grid):
        titles = [axes.get_title(loc="left").replace("\n", " ") for axes in grid.flat]
        assert titles[1:] == ["Top-1 accuracy (%)", "Representation bias (%)"] and "Spearman" in titles[0]
        panel = grid.flat[1]
        assert panel.get_xscale() == "log"
        assert [label.get_text() for label in panel.get_xticklabels()] == ["0.25", "1"]
        lines = [line.get_xydata().tolist() for line in panel.lines]
        assert [[0.25, pytest.approx(40)], [1.0, pytest.approx(60)]] in lines and [[1.0, pytest.approx(80)]] in lines


def test_ticks_that_would_run_into_each_other_are_left_out():
    places = dict(zip(STUDY["arms"], (1.0, 2.0, 999.0, 1000.0, 500.0), strict=True))
    rows = [estimate(arm, "accuracy", 0.5) for arm in places]
    figure, made_of = made(rows, lines={"CLIP": places}, logarithmic=False, measures=["accuracy"])
    with figure.draw(made_of, figure.frame(made_of)) as (_, grid):
        assert [label.get_text() for label in grid[0, 0].get_xticklabels()] == ["2", "500", "1,000"]


def test_the_caption_says_what_is_where_and_what_is_missing():
    figure, made_of = made(measures=["accuracy", "recall_image_1"], readout="template")
    caption = figure.caption(made_of)
    assert "CLIP: Quarter at 0.25, Whole at 1." in caption and "about the attribute 'gold'" in caption
    assert "Not measured on this test set: Image retrieval, recall @1." in caption
    assert "Read out by" in caption and "Read out by" not in made()[0].caption(made()[1])


def test_a_curve_without_data_is_left_out(tmp_path):
    figure, made_of = made(testset="elsewhere")
    write_figures({"curve_scale": figure}, made_of, tmp_path / "figures")
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["index.json"]


def test_a_study_without_curves_has_none():
    assert curve_figures(STUDY) == {}
