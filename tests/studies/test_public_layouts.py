"""Published files, in small, become the tables that are measured."""

import json

import pandas as pd
import pytest

from clipcause.errors import UserError
from clipcause.studies.public.layouts import TIMM, write_table


@pytest.fixture
def timm(tmp_path):
    """Five files with the same models, each in an order of its own."""
    folder = tmp_path / "timm"
    folder.mkdir()
    models = {
        ("resnet50.a1_in1k", 224): 80.2,
        ("resnet50.a1_in1k", 288): 81.4,
        ("davit_tiny.msft_in1k", 224): 82.1,
        ("resnet50.fb_swsl_ig1b_ft_in1k", 224): 81.2,
        ("efficientnet_b0.ns_jft_in1k", 224): 78.7,
        ("regnety_160.swag_lc_in1k", 224): 83.8,
        ("deit_tiny.fb_distilled_in1k", 224): 74.5,
        ("vit_base.augreg_in21k", 224): 60.0,
        ("old", 224): 50.0,
    }
    for number, file in enumerate(TIMM.values()):
        rows = [(*model, top1 - number, 100 - top1 + number) for model, top1 in models.items()]
        rows = rows[number:] + rows[:number]
        pd.DataFrame(rows, columns=["model", "img_size", "top1", "top1_err"]).to_csv(folder / file, index=False)
    return folder


def test_of_timm_s_results_the_models_of_imagenet_alone_are_taken(timm, tmp_path):
    write_table("baselines", "timm", timm, tmp_path / "baselines.csv")
    table = pd.read_csv(tmp_path / "baselines.csv")
    assert list(zip(table["model"], table["img_size"], strict=True)) == [
        ("resnet50.a1_in1k", 224),
        ("resnet50.a1_in1k", 288),
        ("davit_tiny.msft_in1k", 224),
    ]
    assert table.loc[1, list(TIMM)].tolist() == [0.814, 0.804, 0.794, 0.784, 0.774]


def test_counts_bear_the_pool_and_the_matching_of_their_file(tmp_path):
    folder = tmp_path / "counts"
    folder.mkdir()
    (folder / ".snakemake_timestamp").touch()
    for pool, matching, counts in (("cc3m", "lemmatized", [3, 0]), ("laion400m", "lowercased", [500, 7])):
        named = dict(zip(["tench", "crane (bird), it's"], counts, strict=True))
        (folder / f"imagenet_{pool}_{matching}_search_counts.json").write_text(json.dumps(named))
    write_table("frequencies", "search_counts", folder, tmp_path / "frequencies.csv")
    assert pd.read_csv(tmp_path / "frequencies.csv").values.tolist() == [
        ["cc3m", "lemmatized", "tench", 3],
        ["cc3m", "lemmatized", "crane (bird), it's", 0],
        ["laion400m", "lowercased", "tench", 500],
        ["laion400m", "lowercased", "crane (bird), it's", 7],
    ]


def test_accuracies_by_class_bear_model_and_pool(tmp_path):
    folder = tmp_path / "classwise"
    folder.mkdir()
    found = {"full": 40.0, "classwise": {"tench": 62.0, "goldfish": 18.0}}
    (folder / "results.json").write_text(json.dumps({"backboneViT-B-32_pretrainedlaion400m": found}))
    write_table("accuracies", "classwise", folder, tmp_path / "accuracies.csv")
    assert pd.read_csv(tmp_path / "accuracies.csv").values.tolist() == [
        ["ViT-B-32", "laion400m", "tench", 62.0],
        ["ViT-B-32", "laion400m", "goldfish", 18.0],
    ]


@pytest.mark.parametrize(
    ("layout", "files", "message"),
    [
        ("table", {"a.csv": "a\n1\n", "b.csv": "a\n1\n"}, "it is of one file, and there are 2"),
        ("table", {}, "it is of one file, and there are 0"),
        ("timm", {"results-imagenet.csv": "model,img_size,top1\n"}, "No such file"),
        ("timm", dict.fromkeys(TIMM.values(), "model,top1\n"), "img_size"),
        ("search_counts", {"counts.json": "{}"}, "counts.json is not named imagenet_POOL_lemmatized_search_counts"),
        ("search_counts", {"imagenet_cc3m_lemmatized_search_counts.json": "[1]"}, "has no attribute"),
        ("classwise", {"a.json": '{"RN50": {}}'}, "'RN50' is not named backboneMODEL_pretrainedPOOL"),
        ("classwise", {"a.json": '{"backboneRN50_pretrainedcc3m": {}}'}, "classwise"),
        ("classwise", {"a.json": "{"}, "Expecting"),
    ],
)
def test_other_files_are_refused_with_the_remedy(tmp_path, layout, files, message):
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(
        UserError, match=rf"does not have the layout {layout} .*{message}.*published\.tables\.any\.path"
    ):
        write_table("any", layout, folder, tmp_path / "any.csv")
    assert not (tmp_path / "any.csv").exists()
