"""Evidence: what evaluators keep comes back as it was, and weighs as the pure functions do."""

import numpy as np
import pandas as pd
import pytest

from clipcause.errors import UserError
from clipcause.evaluation.association import (
    associations,
    largest_association_bias,
    prompt_probabilities,
    representation_bias,
)
from clipcause.evaluation.attributes import Attribute
from clipcause.evaluation.collapse import within_class_collapse
from clipcause.evaluation.evaluators import EVALUATORS, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceKey, TestSetEvidence, read_evidence, write_evidence
from clipcause.evaluation.features import Head, ModelAbout, TestSetFeatures
from clipcause.evaluation.measures import UndefinedError
from clipcause.evaluation.outcomes import Outcomes
from clipcause.evaluation.retrieval import image_retrieval_recall, ranks, text_retrieval_recall
from clipcause.evaluation.testset import TestSet

RANDOM = np.random.default_rng(8)
CLASSES = ["cat", "dog", "owl"]
GOLD = Attribute(0.4, "ribbon", ("gold",), ("teal", "blue"), prompts=True)
WEIGHTS = RANDOM.integers(0, 3, (5, 24)).astype(float)
MEASURES = {measure.name: measure for evaluator in EVALUATORS.values() for measure in evaluator.measures}


def unit(shape):
    vectors = RANDOM.normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def subject():
    """24 images of three classes, half of them with a ribbon, which a CLIP answers by one readout."""
    ribbons = np.array(["gold", "teal", "", "none", "blue", ""])[np.arange(24) % 6]
    samples = pd.DataFrame({"uid": [f"s{n}" for n in range(24)], "label": np.repeat(CLASSES, 8), "ribbon": ribbons})
    testset = TestSet("photo", "classification", CLASSES, ["{c}"], samples)
    features = TestSetFeatures(unit((24, 6)), {"ensemble": unit((3, 6)), "attribute/gold": unit((2, 6))})
    predictions = RANDOM.integers(0, 3, (2, 24))
    outcomes = Outcomes(tuple(CLASSES), samples["uid"].to_numpy(), testset.labels, predictions, predictions + 1)
    about = ModelAbout("clip", 20.0, None, None)
    return Subject(
        testset, about, features, {"own": outcomes}, {"head": "no head"}, pd.Series(dtype=int), {"gold": GOLD}
    )


def kept(evaluator, subject):
    return {(each.readout, each.attribute): each for each in EVALUATORS[evaluator].evidence(subject)}


def test_association_is_that_of_the_stored_features(subject):
    [(key, evidence)] = kept("association", subject).items()
    assert key == (None, "gold")
    images, texts = subject.features.images, subject.features.texts
    ribbons = subject.testset.samples["ribbon"]
    neutral = ribbons.isin(["", "none"]).to_numpy()
    p = prompt_probabilities(images, texts["attribute/gold"], 1 / 20)[neutral, 0]
    labels = prompt_probabilities(images, texts["ensemble"], 1 / 20)
    group = np.where(neutral, -1, (ribbons == "gold").to_numpy())
    for weights in (None, WEIGHTS):
        rb = MEASURES["rb"].function(evidence.quantities, weights)
        assert rb == pytest.approx(representation_bias(p, 0.4, None if weights is None else weights[:, neutral]))
        found = MEASURES["ab_max"].function(evidence.quantities, weights)
        assert found == pytest.approx(largest_association_bias(associations(labels, group, weights)))
    signed = {row.concept: row.value for row in EVALUATORS["association"].rows(subject)}
    assert list(signed) == CLASSES and max(map(abs, signed.values())) == pytest.approx(
        MEASURES["ab_max"].function(evidence.quantities, None)[0]
    )


def test_a_test_set_without_neutral_images_has_no_representation_bias(subject):
    subject.testset.samples["ribbon"] = np.tile(["gold", "teal"], 12)
    [evidence] = EVALUATORS["association"].evidence(subject)
    with pytest.raises(UndefinedError, match="every image shows one"):
        MEASURES["rb"].function(evidence.quantities, None)
    assert MEASURES["ab_mean"].function(evidence.quantities, None) > 0


def test_a_test_set_that_tells_nothing_of_the_attribute_is_left_out(subject):
    subject.testset.samples.drop(columns="ribbon", inplace=True)
    for name in ("association", "groups"):
        assert not kept(name, subject) and not list(EVALUATORS[name].rows(subject))


def test_features_without_the_prompts_are_refused(subject):
    del subject.features.texts["attribute/gold"]
    with pytest.raises(UserError, match="test set 'photo': the features hold no texts of attribute/gold; encode"):
        kept("association", subject)


def test_groups_are_the_attribute_s_values_per_readout(subject):
    found = kept("groups", subject)
    assert found["head", "gold"].reason == "no head"
    correct = (subject.outcomes["own"].predictions == subject.testset.labels).mean(axis=0)
    ribbons = subject.testset.samples["ribbon"]
    accuracies = [correct[ribbons == value].mean() for value in ("gold", "teal", "blue")]
    gap = MEASURES["gap"].function(found["own", "gold"].quantities, None)
    assert gap == pytest.approx([max(accuracies) - min(accuracies)])
    rows = {(row.measure, row.concept): row.value for row in EVALUATORS["groups"].rows(subject)}
    assert rows["group_accuracy", "teal"] == pytest.approx(accuracies[1]) and rows["group_samples", "blue"] == 4


def test_one_group_has_no_gap_and_no_right_answer_no_relative_one(subject):
    group = np.zeros(24, np.int64)
    with pytest.raises(UndefinedError, match="two groups"):
        MEASURES["gap"].function({"correct": np.ones(24), "group": group}, None)
    with pytest.raises(UndefinedError, match="no group has a right answer"):
        MEASURES["relative_gap"].function({"correct": np.zeros(24), "group": np.arange(24) % 2}, None)


def test_collapse_is_of_the_features_and_of_the_classifier_there_is(subject):
    [evidence] = EVALUATORS["collapse"].evidence(subject)
    nc1 = within_class_collapse(subject.features.images, subject.testset.labels)
    assert evidence.quantities["nc1"] == pytest.approx(nc1)
    assert MEASURES["nc1"].function(evidence.quantities, WEIGHTS).tolist() == [nc1.mean()] * 5
    rows = {(row.measure, row.concept): row.value for row in EVALUATORS["collapse"].rows(subject)}
    assert rows["class_nc1", "dog"] == pytest.approx(nc1[1])
    # The corners of a triangle are a simplex; a head that lacks a class is none.
    corners = np.array([[1, 0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]])
    for classes, expected in ((CLASSES, 0), (["cat", "dog", "yak"], None)):
        about = ModelAbout("supervised", 1.0, None, Head(corners, 1.0, classes))
        headed = Subject(
            subject.testset, about, TestSetFeatures(subject.features.images), {}, {}, subject.frequency, {}
        )
        [evidence] = EVALUATORS["collapse"].evidence(headed)
        if expected is None:
            with pytest.raises(UndefinedError, match="neither a head"):
                MEASURES["nc2_classifier"].function(evidence.quantities, None)
        else:
            assert MEASURES["nc2_classifier"].function(evidence.quantities, None) == pytest.approx([0], abs=1e-9)


def test_classes_that_do_not_differ_have_no_collapse(subject):
    subject.features.images[:] = 1
    [evidence] = EVALUATORS["collapse"].evidence(subject)
    for name in ("nc1", "nc2"):
        with pytest.raises(UndefinedError, match="mean features differ"):
            MEASURES[name].function(evidence.quantities, None)


def test_recall_weighs_images_with_all_their_captions():
    samples = pd.DataFrame({"uid": [f"s{n}" for n in range(12)], "label": None})
    images, captions, image_of = unit((12, 4)), unit((30, 4)), np.sort(np.arange(30) % 12)
    features = TestSetFeatures(3 * images, {}, 2 * captions, image_of)
    testset, about = TestSet("pairs", "retrieval", [], [], samples), ModelAbout("clip", 20.0, None, None)
    subject = Subject(testset, about, features, {}, {}, pd.Series(dtype=int), {"gold": GOLD})
    [evidence] = EVALUATORS["retrieval"].evidence(subject)
    expected = ranks(images, captions, image_of)
    for k in (1, 5, 10):
        for weights in (None, WEIGHTS[:, :12]):
            image, text = (
                MEASURES[f"recall_{way}_{k}"].function(evidence.quantities, weights) for way in ("image", "text")
            )
            assert image == pytest.approx(image_retrieval_recall(expected, k, weights))
            assert text == pytest.approx(text_retrieval_recall(expected, k, weights))
    assert not kept("association", subject) and not kept("collapse", subject)


def test_models_that_cannot_be_asked_in_words_say_so(subject):
    mute = Subject(subject.testset, ModelAbout("simclr", 1.0, None, None), TestSetFeatures(subject.features.images),
                   {}, {}, subject.frequency, {"gold": GOLD})  # fmt: skip
    [evidence] = EVALUATORS["association"].evidence(mute)
    assert evidence.reason == "the objective simclr trains no text tower to ask in words"


def test_evidence_comes_back_for_what_is_asked(tmp_path):
    path = tmp_path / "evidence.safetensors"
    arrays = {"p": np.array([0.1, 0.9], np.float32), "target": np.array(0.5)}
    stored = {
        EvidenceKey("association", None, "gold"): Evidence(arrays, None, "gold"),
        EvidenceKey("association", None, "blue"): Evidence(arrays, None, "blue"),
        EvidenceKey("groups", "head", "gold"): Evidence({}, "head", "gold", "no head"),
        EvidenceKey("collapse"): Evidence({"nc1": np.ones((2, 3))}),
    }
    testsets = {name: TestSetEvidence("digest", np.array([0, 1]), stored) for name in ("photo", "sketch")}
    write_evidence(path, testsets)
    before = path.read_bytes()
    write_evidence(path, testsets)
    assert path.read_bytes() == before
    read = read_evidence(path, ["photo", "absent"], ["head"], ["gold"])
    assert list(read) == ["photo"] and read["photo"].digest == "digest" and read["photo"].strata.tolist() == [0, 1]
    kept = read["photo"].kept
    assert kept.keys() == stored.keys() - {EvidenceKey("association", None, "blue")}
    assert [key.evaluator for key in kept] == ["collapse", "association", "groups"]
    found = kept[EvidenceKey("association", None, "gold")].quantities
    assert found["target"].shape == () and found["p"].tolist() == arrays["p"].tolist()
    assert kept[EvidenceKey("groups", "head", "gold")].reason == "no head"
    assert read_evidence(path, ["photo"], [], ["gold"])["photo"].kept.keys() == {
        EvidenceKey("association", None, "gold"),
        EvidenceKey("collapse"),
    }
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"evidence\.safetensors: holds no evidence of a run"):
        read_evidence(path, [], [], [])
