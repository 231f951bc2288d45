"""Effects: each contrast on each test set and in the mean, as claims would tell it; the figure of a group."""

import json

import pandas as pd
import pytest
from synthetic_study import study, write_study

from clipcause.errors import UserError
from clipcause.studies.compare import compare, write_comparison
from clipcause.studies.compared import Compared
from clipcause.studies.figures import draw_figures
from clipcause.studies.runs import read_runs

TESTSETS = ["balanced", "photo"]
GROUP = {
    "title": "What changes accuracy",
    "measure": "accuracy",
    "testsets": TESTSETS,
    "readout": "own",
    "attribute": None,
    "contrasts": {
        "loss": {"clip": 1, "supervised": -1},
        "prompts": {"clip": 1, "clip@template": -1},
        "no_prompts": {"supervised@template": 1, "clip@template": -1},
    },
}
READOUTS = ["own", "template"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    lists = write_study(tmp_path_factory.mktemp("study"), testsets=TESTSETS, per_class=12, template=True)
    return read_runs(**lists, testsets=TESTSETS, readouts=READOUTS)


def settings(claims=None, **group):
    return study(TESTSETS, claims or {}, READOUTS) | {"effects": {"causes": {**GROUP, **group}}}


@pytest.fixture(scope="module")
def effects(runs):
    return compare(settings(), runs, resamples=60)[3]


def test_every_contrast_on_every_test_set_and_in_the_mean(effects):
    assert len(effects) == 3 * 3 and set(effects["effects"]) == {"causes"}
    found = effects[effects["value"].notna()]
    assert ((found["low"] < found["value"]) & (found["value"] < found["high"])).all()
    assert set(found["seeds"]) == {3}
    for _, rows in found.groupby("contrast"):
        mean = rows[rows["testset"].isna()]["value"].item()
        assert mean == pytest.approx(rows[rows["testset"].notna()]["value"].mean())


def test_an_effect_is_what_a_claim_on_the_same_contrast_tells(runs, effects):
    about = {"statement": "x", "measure": "accuracy", "readout": "own", "attribute": None}
    about |= {"expect": "above", "margin": 0.0, "contrast": GROUP["contrasts"]["prompts"]}
    claims = {"mean": about | {"testset": TESTSETS}, "photo": about | {"testset": "photo"}}
    judged = compare(study(TESTSETS, claims, READOUTS), runs, resamples=60)[2]
    rows = effects[effects["contrast"] == "prompts"].set_index("testset")
    for claim, row in zip(judged, (rows[rows.index.isna()].iloc[0], rows.loc["photo"]), strict=True):
        assert [claim["estimate"], claim["low"], claim["high"]] == pytest.approx(
            [row["value"], row["low"], row["high"]]
        )


def test_a_planted_effect_is_seen_and_a_removed_one_is_not(effects):
    """By the template runs are worse, as planted; an effect that an arm cannot show has a reason in its place."""
    rows = effects[effects["testset"].isna()].set_index("contrast")
    assert rows.loc["prompts", "low"] > 0
    assert pd.isna(rows.loc["no_prompts", "value"]) and "no text tower" in rows.loc["no_prompts", "reason"]


def test_nothing_is_zero(runs):
    nothing = compare(settings(contrasts={"nothing": {"clip": 1, "clip@own": -1}}), runs, resamples=30)[3]
    assert (nothing[["value", "low", "high"]] == 0).all(axis=None)


def test_a_study_without_effects_has_an_empty_table(runs):
    table = compare(study(TESTSETS, {}, READOUTS), runs, resamples=30)[3]
    assert table.empty and table["seeds"].dtype == "Int64"


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ({"contrasts": {"loss": {"clop": 1}}}, "effect 'loss' of 'causes': arm 'clop' .*did you mean 'clip'"),
        ({"contrasts": {"loss": {"clip@tmplate": 1}}}, "readout 'tmplate' is none of .*did you mean 'template'"),
        ({"testsets": ["foto"]}, "test set 'foto' is none of balanced, photo; did you mean 'photo'"),
        ({"measure": "accurcy"}, "effects 'causes': measure 'accurcy' .*did you mean 'accuracy'"),
        ({"measure": "effective_robustness"}, "the study has no section robustness"),
    ],
)
def test_an_unknown_name_offers_the_nearest(runs, group, message):
    with pytest.raises(UserError, match=message):
        compare(settings(**group), runs, resamples=10)


def test_the_figure_of_a_group(runs, tmp_path):
    paths = {name: tmp_path / name for name in Compared._fields}
    asked = settings()
    write_comparison(asked, runs, "longtail", Compared(**paths))
    draw_figures(asked, Compared(**paths), output=tmp_path / "figures")
    entry = next(
        each for each in json.loads((tmp_path / "figures/index.json").read_text()) if each["name"] == "effects_causes"
    )
    assert entry["title"] == "What changes accuracy"
    assert "the mean over all 2" in entry["caption"] and "Not measured: No prompts." in entry["caption"]
    drawn = pd.read_csv(tmp_path / "figures/effects_causes.csv")
    assert list(drawn["contrast"].unique()) == ["loss", "prompts"] and len(drawn) == 2 * 3
    table = pd.read_parquet(paths["effects"]).query("contrast == 'loss' and testset == 'photo'")
    row = drawn.query("contrast == 'loss' and testset == 'photo'")
    assert row["value"].item() == pytest.approx(100 * table["value"].item())  # points
    assert (tmp_path / "figures/effects_causes.svg").stat().st_size > 0
