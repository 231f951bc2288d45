"""A study with test sets that ask for colours, places and further objects, each by its own vocabulary."""

import json
from pathlib import Path

import pandas as pd
import pytest
from checkouts import Checkout

pytestmark = pytest.mark.slow

LAYERS = ("transfer.yaml",)
ELSEWHERE = {"colours": "colours", "places": "places", "further": "further"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the study has run."""
    return Checkout(tmp_path_factory.mktemp("transfer")).after(layer="transfer.yaml")


@pytest.fixture(scope="module")
def study(finished) -> Path:
    return finished.folder / "results/studies/transfer"


def test_a_trained_model_s_features_tell_colours_better_than_an_untrained_one_s(study):
    """SimCLR's do; training for objects takes colours out of the features."""
    claims = {claim["name"]: claim for claim in json.loads((study / "claims.json").read_text())["claims"]}
    assert claims["colours_are_learned"]["verdict"] == "supported"


def test_a_head_of_objects_yields_nothing_on_other_vocabularies_and_says_why(study):
    claims = {claim["name"]: claim for claim in json.loads((study / "claims.json").read_text())["claims"]}
    assert claims["a_head_does_not_apply"]["verdict"] == "inconclusive"
    assert claims["a_head_does_not_apply"]["reason"].startswith("the head knows no class of red, orange, yellow, ...")
    rows = pd.read_parquet(study / "estimates.parquet").query("measure == 'accuracy' and seed.isna()")
    measured = rows.set_index(["arm", "testset", "readout"])["value"].notna()
    for arm in ("clip", "supervised", "simclr", "untrained"):
        assert measured[arm, "balanced", "own"]
        for testset in ELSEWHERE:
            assert measured[arm, testset, "linear_probe"]
            assert measured[arm, testset, "own"] == (arm != "supervised")


def test_classes_have_the_frequencies_of_their_own_vocabulary(finished, study):
    classes = pd.read_parquet(study / "classes.parquet").query("arm == 'clip' and readout == 'linear_probe'")
    for testset, vocabulary in {"balanced": "objects", **ELSEWHERE}.items():
        folder = finished.folder / f"results/concepts/{vocabulary}/subsets/longtail"
        draws = [pd.read_parquet(folder / f"draw{draw}/frequency.parquet") for draw in (0, 1)]
        expected = sum(draw.set_index("concept")["captions"] for draw in draws) / 2
        rows = classes[classes["testset"] == testset]
        assert set(rows["vocabulary"]) == {vocabulary} and expected.sum() > 0
        assert dict(zip(rows["concept"], rows["captions"], strict=True)) == expected.to_dict()


def test_the_figure_has_a_row_per_test_set_and_all_arms(study):
    frame = pd.read_csv(study / "figures/other_vocabularies.csv")
    assert set(frame["readout"]) == {"linear_probe"}
    accuracy = frame[frame["measure"] == "accuracy"].groupby("testset")["arm"].nunique()
    assert accuracy.to_dict() == dict.fromkeys(ELSEWHERE, 4)


def test_what_captions_tell_of_a_colour_is_no_agreement_with_labels_of_objects(finished):
    for vocabulary, agrees in (("objects", True), ("colours", False), ("further", True)):
        card = json.loads((finished.folder / f"results/concepts/{vocabulary}/pools/diverse/card.json").read_text())
        assert (card["precision"] is not None) == agrees


def test_another_vocabulary_counts_and_compares_again_and_encodes_nothing(finished):
    (finished.folder / "layer.yaml").write_text("vocabularies: {colours: {match: substring}}")
    jobs = finished.jobs(layers=(*LAYERS, "layer.yaml"))
    assert jobs["count_concepts"] == 3  # the pool and two draws
    assert jobs["evaluate_seeds_0_to_1"] == 4 and jobs["compare_arms"] == 1
    assert not any("train" in job or "encode" in job for job in jobs)


def test_colours_can_be_made_uneven_without_touching_what_is_told_of_objects(finished):
    """The recipe of docs/evaluation.md."""
    target = "results/concepts/colours/subsets/uneven/draw0/frequency.parquet"
    ran = finished.snakemake(target, layers=LAYERS)
    assert ran.returncode == 0, ran.stdout
    captions = pd.read_parquet(finished.folder / target)["captions"]
    assert captions.max() / captions.min() == pytest.approx(4, rel=0.3)
    manifests = (
        finished.folder / f"results/subsets/{name}/draw0/manifest.parquet" for name in ("uneven", "everything")
    )
    uneven, everything = (pd.read_parquet(each).set_index("uid") for each in manifests)
    assert len(uneven) < len(everything)
    assert uneven["label"].equals(everything["label"][uneven.index])
