"""A study of bias, retrieval, collapse and groups: its numbers are those of the pure functions on stored features."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from checkouts import Checkout

from clipcause.evaluation.association import (
    associations,
    largest_association_bias,
    prompt_probabilities,
    representation_bias,
)
from clipcause.evaluation.collapse import within_class_collapse
from clipcause.evaluation.features import StoredFeatures, unit
from clipcause.evaluation.groups import group_accuracy
from clipcause.evaluation.retrieval import image_retrieval_recall, ranks
from clipcause.evaluation.testset import read_testset

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
LAYERS = ("bias.yaml",)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the study has run."""
    checkout = Checkout(tmp_path_factory.mktemp("bias"))
    shutil.copy2(HERE / "mine.py", checkout.folder)
    return checkout.after(layer="bias.yaml")


@pytest.fixture(scope="module")
def stored(finished):
    """A function (arm, seed, test set) -> the run's model, its features there, and the test set."""
    arms = yaml.safe_load((HERE / "bias.yaml").read_text())["studies"]["bias"]["arms"]

    def read(arm, seed, name):
        run = f"{arms[arm]['subset']}/{arms[arm]['recipe']}/seed{seed}"
        features = StoredFeatures(finished.folder / f"results/evaluations/{run}/features.safetensors")
        testset = read_testset(finished.folder / f"results/testsets/{name}")
        return features.model, features.on(testset), testset

    return read


def bias(stored, arm, seed):
    model, features, testset = stored(arm, seed, "neutral")
    p = prompt_probabilities(features.unit_images, features.texts["attribute/gold"], 1 / model.logit_scale)[:, 0]
    assert set(testset.samples["truth_attribute"]) == {""}
    return representation_bias(p, 0.5)[0]


def association(stored, arm, seed):
    model, features, testset = stored(arm, seed, "crossed")
    p = prompt_probabilities(features.unit_images, features.texts["ensemble"], 1 / model.logit_scale)
    return largest_association_bias(associations(p, (testset.samples["truth_attribute"] == "gold").to_numpy()))[0]


def recall(stored, arm, seed):
    _, features, _ = stored(arm, seed, "retrieval")
    found = ranks(features.unit_images, unit(features.captions), features.caption_images)
    return image_retrieval_recall(found, 1)[0]


def collapse(stored, arm, seed):
    _, features, testset = stored(arm, seed, "balanced")
    return within_class_collapse(features.images, testset.labels).mean()


def length(stored, arm, seed):
    _, features, _ = stored(arm, seed, "balanced")
    return (np.linalg.norm(features.images, axis=1) ** 2).mean()


def gap(stored, arm, seed):
    model, features, testset = stored(arm, seed, "crossed")
    rows, names = (model.head.rows, model.head.classes) if model.head else (features.texts["ensemble"], None)
    if names is not None:
        rows = unit(rows[[names.index(name) for name in testset.classnames]])
    correct = (features.unit_images @ rows.T).argmax(axis=1) == testset.labels
    return group_accuracy(correct, testset.samples["truth_attribute"].to_numpy()).gap[0]


MEASURES = {
    ("rb", "neutral"): bias,
    ("ab_max", "crossed"): association,
    ("recall_image_1", "retrieval"): recall,
    ("nc1", "balanced"): collapse,
    ("gap", "crossed"): gap,
    ("mine.length", "balanced"): length,
}


@pytest.mark.parametrize(("measure", "testset"), MEASURES)
def test_estimates_and_measures_are_those_of_the_stored_features(finished, stored, measure, testset):
    estimates = pd.read_parquet(finished.folder / "results/studies/bias/estimates.parquet")
    rows = estimates[(estimates["measure"] == measure) & (estimates["testset"] == testset) & estimates["seed"].notna()]
    arms = ["clip", "clip_balanced", "supervised"]
    in_words = measure in ("rb", "ab_max", "recall_image_1")
    assert rows["arm"].tolist() == [arm for arm in arms[: 2 if in_words else 3] for _ in range(2)]
    for row in rows.itertuples():
        assert row.value == pytest.approx(MEASURES[measure, testset](stored, row.arm, row.seed), rel=1e-5, abs=1e-9)


def test_claims_have_intervals_and_verdicts_or_reasons(finished):
    judged = json.loads((finished.folder / "results/studies/bias/claims.json").read_text())["claims"]
    for claim in judged:
        if claim["name"] == "elsewhere":
            assert claim["reason"] == "recall_text_1 is not measured on test set balanced"
        else:
            assert claim["low"] < claim["estimate"] < claim["high"] and claim["reason"] is None


def test_the_report_tells_of_them(finished):
    page = (finished.folder / "results/report.html").read_text()
    for title in ("Representation bias (gold)", "Accuracy gap between groups (gold)", "Image retrieval, recall @1"):
        assert title in page


def test_an_edit_of_the_user_s_file_evaluates_again_and_encodes_nothing(finished):
    file = finished.folder / "mine.py"
    before = file.read_text()
    file.write_text(before.replace('"Length"', '"The length"'))
    assert set(finished.jobs(layers=LAYERS)) == {
        *("evaluate_seeds_0_to_1", "compare_arms", "draw_figures", "build_page", "build_database", "all")
    }
    file.write_text(before)
    assert finished.jobs(layers=LAYERS) == {}


def test_an_edit_of_prompts_encodes_again_and_makes_no_subset_anew(finished):
    config = finished.folder / "config.yaml"
    before = config.read_text()
    config.write_text(before.replace("other: [a teal ribbon]", "other: [a green ribbon]"))
    jobs = finished.jobs(layers=LAYERS)
    config.write_text(before)
    assert "encode_seeds_0_to_1" in jobs and not {"build_subset", "describe_subset", "materialize_subset"} & set(jobs)
    assert not any("train" in job for job in jobs)
