"""Figures: files, tables and captions; the same bytes twice."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from scipy.stats import spearmanr
from synthetic_study import ARMS, CLASSES, predictions, study, write_some_evidence, write_study

from clipcause.studies.compare import write_comparison
from clipcause.studies.compared import Compared
from clipcause.studies.figures import FIGURES, draw_figures
from clipcause.studies.runs import read_runs

PROJECT = Path(__file__).parents[2]
TESTSETS = ["balanced", "photo"]
READOUTS = ["own", "template"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    lists = write_study(folder, testsets=TESTSETS, per_class=8, unseen=1, template=True)
    for number, path in enumerate(lists["evidence"]):
        write_some_evidence(path, "photo", 8 * len(CLASSES), seed=number)
    paths = {name: folder / name for name in Compared._fields}
    runs = read_runs(**lists, testsets=TESTSETS, readouts=READOUTS, attributes=["gold"])
    write_comparison(study(TESTSETS, readouts=READOUTS), runs, "longtail", Compared(**paths))
    return paths


@pytest.fixture(scope="module")
def drawn(files, tmp_path_factory):
    output = tmp_path_factory.mktemp("out") / "figures"
    draw_figures(study(TESTSETS, readouts=READOUTS), Compared(**files), output=output)
    return output


def names_drawn(settings, files, folder, asked) -> list[str]:
    """The names of what is drawn into `folder`/figures of the figures asked for."""
    draw_figures({**settings, "figures": asked}, Compared(**files), output=folder / "figures")
    return [entry["name"] for entry in json.loads((folder / "figures" / "index.json").read_text())]


def test_every_figure_has_its_files_and_words(drawn):
    index = json.loads((drawn / "index.json").read_text())
    of_further_studies = {"robustness", "accuracy_by_nearness", "other_vocabularies", "similarity", "similarity_gap"}
    of_further_studies |= {"data_and_model_bias", "spread_by_frequency", "separation_by_frequency"}
    assert [entry["name"] for entry in index] == [name for name in FIGURES if name not in of_further_studies]
    for entry in index:
        assert entry["title"] and entry["caption"].endswith(".")
        for suffix in (".svg", ".png", ".csv"):
            assert (drawn / f"{entry['name']}{suffix}").stat().st_size > 0
    assert len(list(drawn.iterdir())) == 3 * len(index) + 1


def test_a_study_shows_the_figures_that_it_names_in_its_order(files, tmp_path):
    asked = ["claims", "frequency_bias"]
    assert names_drawn(study(TESTSETS), files, tmp_path, asked) == asked


def test_every_figure_can_be_named_and_is_explained():
    schema = yaml.safe_load((PROJECT / "workflow/schemas/config.yaml").read_text())
    names = schema["$defs"]["study"]["properties"]["figures"]["items"]["enum"]
    assert set(names) == set(FIGURES)
    page = (PROJECT / "docs/studies.md").read_text()
    assert all(f"`{name}`" in page for name in names)


def test_tables_hold_what_is_drawn(drawn):
    accuracy = pd.read_csv(drawn / "accuracy_by_testset.csv")
    assert len(accuracy) == len(ARMS) * len(TESTSETS)
    assert accuracy["value"].between(0, 100).all() and accuracy["value"].max() > 1  # per cent
    bias = pd.read_csv(drawn / "frequency_bias.csv")
    assert len(bias) == len(ARMS) * 2 * 4  # two measures, three seeds and their mean
    assert pd.read_csv(drawn / "claims.csv")["verdict"].notna().all()
    assert pd.read_csv(drawn / "accuracy_by_frequency.csv")["testset"].unique().tolist() == ["balanced"]


def test_measures_are_drawn_on_the_first_test_set_that_has_them(drawn):
    for name, measures in (("bias", 4), ("retrieval", 6)):
        frame = pd.read_csv(drawn / f"{name}.csv")
        assert len(frame) == len(ARMS) * measures * 4  # three seeds and their mean
        assert set(frame["testset"]) == {"photo"}
        assert (frame["low"] <= frame["value"]).all() and frame["high"].between(1, 100).all()


def test_readouts_stand_beside_one_another_where_they_apply(drawn):
    frame = pd.read_csv(drawn / "accuracy_by_readout.csv")
    assert set(zip(frame["arm"], frame["readout"], strict=True)) == {
        *((arm, "own") for arm in ARMS),
        *((arm, "template") for arm, (family, _, _) in ARMS.items() if family == "clip"),
    }
    means = frame[frame["arm"] == "clip"].groupby("readout")["value"].mean()
    assert means["own"] > means["template"]


def test_other_vocabularies_are_drawn_by_the_readout_that_most_arms_have(tmp_path):
    """`balanced` asks by the study's objects; `photo` by shapes, of which other captions speak."""
    lists = write_study(tmp_path, testsets=TESTSETS, per_class=8, template=True)
    (tmp_path / "shapes").mkdir()
    shapes = pd.DataFrame({"concept": CLASSES, "captions": range(1, len(CLASSES) + 1)})
    shapes.to_parquet(tmp_path / "shapes/frequency.parquet")
    counted = lists["frequencies"]
    counted.vocabularies["photo"] = "shapes"
    counted.files.update({("shapes", seed): tmp_path / "shapes/frequency.parquet" for seed in range(3)})
    settings = study(TESTSETS, readouts=["template", "own"])  # template is CLIP's alone
    paths = {name: tmp_path / name for name in Compared._fields}
    write_comparison(
        settings, read_runs(**lists, testsets=TESTSETS, readouts=settings["readouts"]), "s", Compared(**paths)
    )
    assert names_drawn(settings, paths, tmp_path, ["other_vocabularies"]) == ["other_vocabularies"]
    frame = pd.read_csv(tmp_path / "figures/other_vocabularies.csv")
    assert set(frame["testset"]) == {"photo"} and set(frame["vocabulary"]) == {"shapes"}
    assert set(frame["readout"]) == {"own"} and set(frame["arm"]) == set(ARMS)
    of_classes = frame[(frame["measure"] == "class_accuracy") & (frame["arm"] == "clip")]
    assert dict(zip(of_classes["concept"], of_classes["captions"], strict=True)) == dict(shapes.to_numpy())
    for arm in ARMS:
        rows = frame[frame["arm"] == arm].set_index("measure")
        assert rows["value"]["accuracy"] == pytest.approx(rows["value"]["class_accuracy"].mean())  # a balanced set
        assert rows["low"]["corr_acc"] < rows["value"]["corr_acc"] < rows["high"]["corr_acc"]
    correlations = pd.read_parquet(paths["estimates"]).query("measure == 'corr_acc' and readout == 'own' and seed == 0")
    of_seed = correlations.set_index(["testset", "arm"])["value"]
    right = predictions(*ARMS["clip"][1:], seed=0, testsets=TESTSETS, per_class=8).query("testset == 'photo'")
    right = (right["label"] == right["prediction"]).groupby(right["label"]).mean()[CLASSES]
    assert of_seed["photo", "clip"] == pytest.approx(spearmanr(shapes["captions"], right).statistic)


def test_one_readout_is_not_compared_with_itself(files, tmp_path):
    assert names_drawn(study(TESTSETS), files, tmp_path, ["accuracy_by_readout", "claims"]) == ["claims"]


def test_same_bytes_twice(files, drawn, tmp_path):
    draw_figures(study(TESTSETS, readouts=READOUTS), Compared(**files), output=tmp_path / "again")
    for path in drawn.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_figures_against_frequency_need_a_caption(files, tmp_path):
    classes = pd.read_parquet(files["classes"]).assign(captions=0.0)
    classes.to_parquet(tmp_path / "classes.parquet")
    asked = ["accuracy_by_frequency", "predictions_by_frequency", "claims"]
    without = {**files, "classes": tmp_path / "classes.parquet"}
    assert names_drawn(study(TESTSETS), files, tmp_path, asked) == asked
    assert names_drawn(study(TESTSETS), without, tmp_path, asked) == ["claims"]


def test_a_figure_without_data_is_left_out(files, tmp_path):
    claims = json.loads(files["claims"].read_text())
    empty = tmp_path / "claims.json"
    empty.write_text(json.dumps({**claims, "claims": []}))
    asked = ["claims", "accuracy_by_testset"]
    assert names_drawn(study(TESTSETS), {**files, "claims": empty}, tmp_path, asked) == ["accuracy_by_testset"]
    assert not (tmp_path / "figures" / "claims.svg").exists()


def test_groups_of_classes_stand_beside_one_another(drawn):
    frame = pd.read_csv(drawn / "accuracy_by_group.csv")
    assert len(frame) == len(ARMS) * 4 * 4  # head, medium, tail and unseen; three seeds and their mean
    means = frame[frame["seed"].isna()].set_index(["arm", "measure"])["value"]
    assert means["supervised", "accuracy_head"] > means["supervised", "accuracy_tail"] + 20
    classes = pd.read_csv(drawn / "accuracy_by_frequency.csv")
    unseen = classes[classes["captions"] == 0].set_index("arm")["value"]  # one class, that of the fixture
    assert means.xs("accuracy_unseen", level="measure").to_dict() == pytest.approx(unseen.to_dict())


def test_quality_stands_beside_bias(drawn):
    frame = pd.read_csv(drawn / "quality_by_bias.csv")
    assert set(frame["quality"]) == {"Accuracy", "Image recall @1", "Text recall @1"}
    assert len(frame) == len(ARMS) * 3 * 2  # qualities, RB and AB
    retrieval = (
        pd.read_csv(drawn / "retrieval.csv").query("seed.isna() and measure == 'recall_image_1'").set_index("arm")
    )
    one = frame.query("quality == 'Image recall @1' and bias == 'RB'").set_index("arm")
    assert one["quality_value"].to_dict() == pytest.approx(retrieval["value"].to_dict())
    bias = pd.read_csv(drawn / "bias.csv").query("seed.isna() and measure == 'rb'").set_index("arm")
    assert one["bias_value"].to_dict() == pytest.approx(bias["value"].to_dict())
    assert set(frame["bias_testset"]) == {"photo"} and set(one["quality_testset"]) == {"photo"}
