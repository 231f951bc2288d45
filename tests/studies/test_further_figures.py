"""Bias of data beside that of models, neural collapse by class, and figures of many arms."""

import numpy as np
import pandas as pd
import pytest
from made_tables import arms, estimate, tables

from clipcause.figures.style import Look
from clipcause.files.outputs import write_json
from clipcause.studies.figures.by_collapse import SeparationByFrequency, SpreadByFrequency
from clipcause.studies.figures.by_nearness import AccuracyByNearness
from clipcause.studies.figures.by_testset import AccuracyByTestset
from clipcause.studies.figures.data_bias import DataAndModelBias
from clipcause.studies.nearness import NEARNESS

STUDY = {"testsets": ["balanced", "neutral"], "arms": arms("raw", "m4")}


def details(path, subset, representation, association):
    """A subset's details.json; without labels association bias is not known."""
    told = {"max": association, "mean": association and association / 2, "label": None}
    gold = {"share": 0.6, "target": 0.5, "representation_bias": representation, "association_bias": told}
    write_json(path, {"subset": subset, "draw": 0, "attributes": {"gold": gold}})
    return path


def test_data_and_models_stand_in_one_panel(tmp_path):
    cards = {
        "raw": details(tmp_path / "raw.json", "of_raw", 0.1, 0.4),
        "m4": details(tmp_path / "m4.json", "of_m4", 0.01, None),
    }
    about = {"readout": None, "attribute": "gold", "testset": "neutral"}
    rows = [
        estimate("raw", "rb", 0.3, **about),
        estimate("raw", "rb", 0.2, 0, **about),
        estimate("m4", "rb", 0.25, **about),
    ]
    made = tables(STUDY, rows, details=cards)
    frame = DataAndModelBias().frame(made)
    found = {(row.arm, row.measure, row.of, row.on, pd.isna(row.seed)): row.value for row in frame.itertuples()}
    assert found == pytest.approx(
        {
            ("raw", "rb", "data", "of_raw", True): 10,
            ("raw", "ab_max", "data", "of_raw", True): 40,
            ("raw", "ab_mean", "data", "of_raw", True): 20,
            ("m4", "rb", "data", "of_m4", True): 1,
            ("raw", "rb", "model", "neutral", True): 30,
            ("raw", "rb", "model", "neutral", False): 20,
            ("m4", "rb", "model", "neutral", True): 25,
        }
    )
    with DataAndModelBias().draw(made, frame) as (drawn, grid):
        assert [axes.get_title(loc="left") for axes in grid.flat] == [
            "RB (gold)",
            "AB, mean (gold)",
            "AB, largest (gold)",
        ]
        assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["Data", "Model"]


def test_without_data_cards_bias_of_models_has_its_own_figure_alone():
    assert DataAndModelBias().frame(tables(STUDY, [estimate("raw", "rb", 0.3, attribute="gold")])).empty


@pytest.fixture
def collapsed(tmp_path):
    """Tables with the collapse of three classes of arm `raw`, of two seeds."""
    classes = pd.DataFrame(
        {"arm": "raw", "testset": "balanced", "concept": ["a", "b", "c"], "captions": [100.0, 10, 0]}
    )
    paths = []
    for seed in (0, 1):
        paths.append(tmp_path / f"{seed}.parquet")
        rows = [(name, concept) for name in ("class_nc1", "class_nc2", "class_accuracy") for concept in "abc"]
        frame = pd.DataFrame(rows, columns=["measure", "concept"])
        frame.assign(testset="balanced", value=np.arange(9) + 1.0 + seed).to_parquet(paths[-1])
    return tables({**STUDY, "testsets": ["balanced"]}, classes=classes, measures={"raw": paths})


def test_collapse_of_classes_is_a_mean_over_seeds_with_its_range(collapsed):
    frame = SpreadByFrequency().frame(collapsed).set_index("concept")
    assert frame["value"].to_dict() == {"a": 1.5, "b": 2.5, "c": 3.5}
    assert frame.loc["a", ["low", "high", "captions"]].tolist() == [1, 2, 100]
    assert SeparationByFrequency().frame(collapsed)["value"].tolist() == [4.5, 5.5, 6.5]
    assert SpreadByFrequency().summary(collapsed, frame, "raw") == "ρ = −1.00"
    for figure in (SpreadByFrequency(), SeparationByFrequency()):
        with figure.draw(collapsed, figure.frame(collapsed)) as (_, grid):
            assert grid[0, 0].get_yscale() == ("log" if figure.logarithmic else "linear")


def test_collapse_without_captions_or_measures_is_left_out(collapsed):
    collapsed.classes["captions"] = 0.0
    assert SpreadByFrequency().frame(collapsed).empty and SpreadByFrequency().frame(tables(STUDY)).empty


MANY = arms(*(f"arm{number}" for number in range(12)))


def test_many_arms_are_a_table_of_every_accuracy():
    rows = [
        estimate(arm, "accuracy", 0.2 + 0.01 * place, testset=testset)
        for place, arm in enumerate(MANY)
        for testset in ("balanced", "neutral")
        if (arm, testset) != ("arm3", "neutral")
    ]
    made = tables({**STUDY, "arms": MANY}, rows)
    figure = AccuracyByTestset()
    with figure.draw(made, figure.frame(made)) as (_, axes):
        shown = [text.get_text() for text in axes.texts]
        assert len(shown) == 2 * 23 and shown[:2] == ["20.0", "10.0 – 30.0"]
        assert len(axes.get_yticklabels()) == 12
    assert "scale of colour" in figure.caption(made) and "scale of colour" not in figure.caption(tables(STUDY))


def test_many_arms_are_shaded_by_nearness_and_empty_bins_stay_empty():
    bins = [(0.1, 0.5), (0.5, 0.9)]
    rows = [
        dict.fromkeys(NEARNESS)
        | {"arm": arm, "testset": "balanced", "readout": "own", "lowest": low, "highest": high}
        | {"accuracy": 0.25 + low / 2, "low": 0.2, "high": 0.8, "similarity": low}
        for arm in MANY
        for low, high in bins
        if (arm, low) != ("arm2", 0.5)
    ]
    made = tables({**STUDY, "arms": MANY}, nearness=pd.DataFrame(rows))
    figure = AccuracyByNearness()
    with figure.draw(made, figure.frame(made)) as (_, grid):
        shades = grid[0, 0].images[0].get_array()
        assert shades.shape == (12, 2) and shades[0].tolist() == pytest.approx([30, 50])
        assert np.isnan(shades.filled(np.nan)[2, 1])
        assert [label.get_text() for label in grid[0, 0].get_xticklabels()] == ["0.10", "0.50", "0.90"]
    assert "each column is a bin" in figure.caption(made)


def test_arms_of_a_recipe_look_alike_where_arms_are_many():
    by_recipe = {name: {"subset": "whole", "recipe": "sl" if place < 3 else "clip"} for place, name in enumerate(MANY)}
    found = tables({**STUDY, "arms": by_recipe}).looks
    assert isinstance(found["arm0"], Look) and len(set(found.values())) == len(MANY)
    supervised, others = (
        {found[arm].colour for arm in by_recipe if by_recipe[arm]["recipe"] == of} for of in ("sl", "clip")
    )
    assert not supervised & others
