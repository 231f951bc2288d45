"""The figures of effective robustness and of accuracy by similarity."""

import json

import pandas as pd
import pytest
import shifted_study
from scipy.special import expit, logit
from shifted_study import BASELINES, claim, study, write_nearest, write_study

from clipcause.figures.style import canvas
from clipcause.studies.compare import write_comparison
from clipcause.studies.compared import Compared
from clipcause.studies.figures import draw_figures
from clipcause.studies.figures.shift_panel import draw_line, logit_axes
from clipcause.studies.robustness import line_of


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A function (baselines) -> the study's settings and files."""
    folder = tmp_path_factory.mktemp("study")
    lists = write_study(folder, 0.9)
    nearest = write_nearest(folder, lists)

    def make(baselines):
        settings = study({"more_robust": claim({"diverse": 1, "same": -1})}, baselines)
        paths = {name: folder / f"{len(baselines)}.{name}" for name in Compared._fields}
        arms = {arm: nearest[arm] for arm in ("same", "diverse")}
        write_comparison(settings, shifted_study.runs(lists), "robust", Compared(**paths), nearest=arms)
        return settings, paths

    return make


@pytest.fixture(scope="module")
def drawn(files, tmp_path_factory):
    output = tmp_path_factory.mktemp("out") / "figures"
    settings, paths = files(tuple(BASELINES))
    draw_figures(settings, Compared(**paths), output=output)
    return output


def captions(folder):
    return {entry["name"]: entry["caption"] for entry in json.loads((folder / "index.json").read_text())}


def test_files_words_and_tables(drawn):
    for name in ("robustness", "accuracy_by_nearness"):
        assert captions(drawn)[name].endswith(".")
        for suffix in (".svg", ".png", ".csv"):
            assert (drawn / f"{name}{suffix}").stat().st_size > 0
    robust = pd.read_csv(drawn / "robustness.csv")
    assert len(robust) == 2 * 8 and robust["baseline"].sum() == 2 * 6
    near = pd.read_csv(drawn / "accuracy_by_nearness.csv")
    assert set(near["arm"]) == {"same", "diverse"} and near["accuracy"].max() > 90


def test_few_baselines_and_extrapolation_are_said(files, drawn, tmp_path):
    assert "Caution" not in captions(drawn)["robustness"] and "Extrapolated" not in captions(drawn)["robustness"]
    settings, paths = files(tuple(BASELINES)[:4])
    draw_figures(settings, Compared(**paths), output=tmp_path / "figures")
    caption = captions(tmp_path / "figures")["robustness"]
    assert "Caution: the line rests on only 4 baselines" in caption
    assert "Extrapolated, since no baseline is so accurate or so poor: Size4, Size5." in caption


def test_the_claim_of_effective_robustness_is_drawn_as_one(drawn):
    found = pd.read_csv(drawn / "claims.csv")
    assert (found["measure"].item(), found["verdict"].item()) == ("effective_robustness", "supported")


def test_the_line_of_the_table_is_drawn(drawn):
    row = pd.read_csv(drawn / "robustness.csv").iloc[0]
    line = line_of(row)
    with canvas(2, 2) as (_, axes):
        logit_axes(axes, [0.2, 0.8], [0.1, 0.9])
        draw_line(axes, line)
        whole, within = axes.lines
        x, y = whole.get_data()
        assert logit(y) == pytest.approx(row["slope"] * logit(x) + row["intercept"])
        assert axes.get_xscale() == axes.get_yscale() == "logit"
        assert all(line.lowest <= logit(each) <= line.highest for each in within.get_xdata())
        low, high = line.band(logit(x))
        assert (low < y).all() and (y < high).all()


def test_axes_of_accuracies_close_together_have_ticks():
    with canvas(2, 2) as (_, axes):
        logit_axes(axes, expit([0.1, 0.11]), [0.5, 0.5])
        assert len(axes.get_xticks()) >= 2 and len(axes.get_yticks()) >= 2


def test_same_bytes_twice(files, drawn, tmp_path):
    settings, paths = files(tuple(BASELINES))
    draw_figures(settings, Compared(**paths), output=tmp_path / "again")
    for path in drawn.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
