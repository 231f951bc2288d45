"""Readouts on features made by hand, and probes against scikit-learn used directly."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from clipcause.errors import UserError
from clipcause.evaluation.answers import UNKNOWN, answers
from clipcause.evaluation.features import Head, ModelAbout, TestSetFeatures
from clipcause.evaluation.readouts import READOUTS, Asked, NoReadoutError, Training, readout
from clipcause.evaluation.readouts.probe import DRAWS, STRENGTHS, fitted
from clipcause.evaluation.readouts.prompts import derangement
from clipcause.evaluation.testset import TestSet

CLASSNAMES = ["cat", "dog", "owl"]
IMAGES = np.array([[2, 0, 0], [0, 3, 0], [0, 0, 1], [4, 3, 0]], np.float32)
EYE = np.eye(3, dtype=np.float32)


def asked(images=IMAGES, labels=("cat", "dog", "owl", "cat"), texts=None, head=None, training=None, seed=0):
    samples = pd.DataFrame({"uid": [f"s{number}" for number in range(len(labels))], "label": list(labels)})
    testset = TestSet("photo", "classification", CLASSNAMES, ["a {c}"], samples)
    model = ModelAbout("supervised" if head else "clip" if texts else "simclr", 10.0, None, head)
    return Asked("run, test set 'photo'", testset, model, TestSetFeatures(images, texts or {}), training, seed)


def scores(name, question):
    return list(readout(name).scores(question))


def lesson(count=60, seed=0, names=CLASSNAMES, width=3, noise=0.7):
    random = np.random.default_rng(seed)
    labels = np.array([names[number % len(names)] for number in range(count)])
    centres = {name: random.normal(0, 1, width) for name in sorted(names)}
    images = np.stack([centres[label] for label in labels]) + random.normal(0, noise, (count, width))
    return Training("reference", images.astype(np.float32), labels)


def test_prompts_are_cosines_by_eye():
    question = asked(texts={"ensemble": EYE, "template": EYE[[1, 0, 2]]})
    [found] = scores("ensemble", question)
    assert found.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [pytest.approx(0.8), pytest.approx(0.6), 0]]
    assert answers(found, question.testset.labels).ranks.tolist() == [1, 1, 1, 1]
    [swapped] = scores("template", question)
    assert answers(swapped, question.testset.labels).predictions.tolist() == [1, 0, 2, 1]


def test_shuffled_names_take_language_away():
    question = asked(texts={"ensemble": EYE})
    [found] = scores("shuffled", question)
    assert (answers(found, question.testset.labels).predictions != question.testset.labels).all()
    assert sorted(map(tuple, found[:3].T)) == sorted(map(tuple, scores("ensemble", question)[0][:3].T))


@pytest.mark.parametrize("count", range(2, 12))
def test_a_derangement_leaves_nobody_its_name(count):
    order = derangement(count, "photo")
    assert sorted(order) == list(range(count)) and (order != np.arange(count)).all()
    assert np.array_equal(order, derangement(count, "photo"))


def test_another_test_set_has_another_derangement():
    assert not np.array_equal(derangement(100, "photo"), derangement(100, "sketch"))


def test_a_head_competes_among_the_classes_that_it_and_the_test_set_share():
    head = Head(np.array([[0, 0, 9], [0, 0, 1], [5, 0, 0]], np.float32), 14.0, ["yak", "owl", "cat"])
    question = asked(head=head)
    [found] = scores("head", question)
    assert found.tolist() == [[1, UNKNOWN, 0], [0, UNKNOWN, 0], [0, UNKNOWN, 1], [pytest.approx(0.8), UNKNOWN, 0]]
    given = answers(found, question.testset.labels)
    assert given.predictions.tolist() == [0, 0, 2, 0]
    assert given.ranks.tolist() == [1, 3, 1, 1]  # the dog, which the head does not know, comes last


@pytest.mark.parametrize(
    ("name", "question", "reason"),
    [
        ("template", {"head": Head(EYE, 1.0, CLASSNAMES)}, "the objective supervised trains no text tower"),
        ("head", {"head": Head(EYE[:2], 1.0, ["yak", "gnu"])}, r"the head knows no class of cat.*yak, gnu"),
        ("own", {"head": Head(EYE[:2], 1.0, ["yak", "gnu"])}, r"the head knows no class of cat.*yak, gnu"),
        ("shuffled", {}, "the objective simclr trains no text tower"),
        ("head", {"texts": {"ensemble": EYE}}, "the objective clip trains no classification head"),
        ("linear_probe", {}, "names no images that a linear probe could learn from"),
        ("3_shot", {}, "names no images that a 3-shot probe could learn from"),
        ("30_shot", {"training": lesson()}, "'reference' has 20 images of class 'cat', fewer than 30"),
    ],
)
def test_where_a_readout_does_not_apply_it_says_why(name, question, reason):
    with pytest.raises(NoReadoutError, match=reason):
        scores(name, asked(**question))


def test_own_is_the_head_then_prompts_then_a_linear_probe():
    head = Head(EYE[[1, 0, 2]], 1.0, CLASSNAMES)
    for name, question in (
        ("head", asked(head=head, training=lesson())),
        ("ensemble", asked(texts={"ensemble": EYE}, training=lesson())),
        ("linear_probe", asked(training=lesson())),
    ):
        assert np.array_equal(scores("own", question)[0], scores(name, question)[0])


def test_a_linear_probe_equals_scikit_learn_s_at_the_strength_that_held_out_images_choose():
    training = lesson(count=120, width=5, noise=1.0)
    test = lesson(count=40, seed=0, width=5, noise=1.0)
    question = asked(test.images, tuple(test.labels), training=training)
    [found] = scores("linear_probe", question)
    scaler = StandardScaler().fit(training.images.astype(float))
    strength = fitted(training, tuple(CLASSNAMES)).steps[-1][1].C
    assert strength in STRENGTHS
    expected = LogisticRegression(C=strength, max_iter=1000)
    expected.fit(scaler.transform(training.images.astype(float)), training.labels)
    np.testing.assert_allclose(found, expected.decision_function(scaler.transform(test.images.astype(float))))
    accuracy = (answers(found, question.testset.labels).ranks == 1).mean()
    assert accuracy > 0.6


def test_a_probe_learns_nothing_of_classes_that_the_test_set_lacks_and_knows_none_that_it_was_not_shown():
    training = lesson(names=["cat", "owl", "yak"])
    [found] = scores("linear_probe", asked(training=training))
    assert (found[:, 1] == UNKNOWN).all() and np.isfinite(found[:, [0, 2]]).all()
    assert np.array_equal(found[:, 0], -found[:, 2])
    only = Training("reference", training.images, np.where(training.labels == "owl", "gnu", training.labels))
    with pytest.raises(UserError, match=r"'reference', which a linear probe learns from, shows 1 of its classes"):
        scores("linear_probe", asked(training=only))


@pytest.mark.parametrize("name", ["linear_probe", "4_shot"])
def test_a_test_set_of_one_class_leaves_a_probe_nothing_to_learn(name):
    question = asked(training=lesson())
    alone = replace(question, testset=replace(question.testset, classnames=["cat"]))
    with pytest.raises(NoReadoutError, match=r"one class leaves a .* probe nothing to learn"):
        scores(name, alone)


def test_too_few_images_for_a_linear_probe():
    with pytest.raises(UserError, match="'reference': a linear probe needs two images of some class"):
        scores("linear_probe", asked(training=lesson(count=3)))
    [found] = scores("linear_probe", asked(training=lesson(count=4)))  # cat, dog, owl, cat
    assert np.isfinite(found).all()


def test_few_shots_draw_so_many_images_of_each_class_and_every_seed_draws_its_own():
    training = lesson()
    first, again = (scores("4_shot", asked(training=training)) for _ in range(2))
    assert len(first) == DRAWS
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    other_seed = scores("4_shot", asked(training=training, seed=1))
    every = [found.tobytes() for found in (*first, *other_seed)]
    assert len(set(every)) == 2 * DRAWS
    everything = scores("20_shot", asked(training=training))  # all there are: the draw changes nothing
    np.testing.assert_allclose(everything[0], everything[-1], atol=1e-3)


def test_unknown_readouts():
    with pytest.raises(UserError, match=f"readout zero_shot: there is none .* are {', '.join(READOUTS)}"):
        readout("zero_shot")


def test_every_title_reads_after_read_out_by():
    for each in (*READOUTS.values(), readout("10_shot")):
        assert each.title and not each.title.endswith(".")
