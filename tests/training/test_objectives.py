import math

import numpy as np
import pytest
import torch

from clipcause.errors import UserError
from clipcause.training.objectives import OBJECTIVES

OWN = [name for name in OBJECTIVES if name != "custom"]


def unit(vector):
    return vector / math.sqrt(sum(value * value for value in vector))


def cross_entropy(logits, target):
    return math.log(sum(math.exp(logit) for logit in logits)) - logits[target]


def pair_features(built, manifest, images, rows):
    """Unit features of the images and of the captions of their rows, in double precision."""
    x = [unit(feature) for feature in built.model.encode_image(images).detach().double().numpy()]
    tokens = built.tokenizer([manifest.captions[row] for row in rows])
    return x, [unit(feature) for feature in built.model.encode_text(tokens).detach().double().numpy()]


def test_clip_against_a_slow_loop_over_pairs(make_objective, loss_of):
    objective, built, manifest = make_objective("clip", samples=7)
    images, rows = torch.randn(5, 3, 12, 12), torch.tensor([6, 0, 3, 2, 5])  # rows 6, 0 and 3 have the same caption
    scale = built.model.logit_scale.exp().item()
    x, y = pair_features(built, manifest, images, rows)
    total = 0.0
    for i in range(5):
        total += 0.5 * cross_entropy([scale * np.dot(x[i], y[j]) for j in range(5)], i)
        total += 0.5 * cross_entropy([scale * np.dot(x[j], y[i]) for j in range(5)], i)
    assert loss_of(objective, images, rows).item() == pytest.approx(total / 5, rel=1e-5)


def test_supervised_against_a_slow_loop_over_classes(make_objective, loss_of):
    objective, built, manifest = make_objective("supervised", samples=7)
    images, rows = torch.randn(4, 3, 12, 12), torch.tensor([6, 1, 3, 5])
    assert objective.classes == ["ant", "bee", "cat"]
    features = built.model.encode_image(images).detach().double().numpy()
    weights = objective.head.weight.detach().double().numpy()
    total = 0.0
    for feature, row in zip(features, rows.tolist(), strict=True):
        logits = [np.dot(unit(feature), unit(weight)) / 0.07 for weight in weights]
        total += cross_entropy(logits, objective.classes.index(manifest.labels[row]))
    assert loss_of(objective, images, rows).item() == pytest.approx(total / 4, rel=1e-5)


@pytest.mark.parametrize("weights", [[1.0] * 7, [0.0, 2.0, 0.5, 1.0, 3.0, 0.5, 0.25]])
def test_siglip_against_a_slow_loop_over_pairs(make_objective, loss_of, weights):
    objective, built, manifest = make_objective("siglip", samples=7, columns={"weight": weights})
    images, rows = torch.randn(5, 3, 12, 12), torch.tensor([6, 0, 3, 2, 4])
    x, y = pair_features(built, manifest, images, rows)
    share = [weights[row] * 7 / sum(weights) for row in rows]
    total = 0.0
    for i in range(5):
        for j in range(5):
            logit = (1 if i == j else -1) * (10 * np.dot(x[i], y[j]) - 10)
            total += (share[i] + share[j]) / 2 * math.log1p(math.exp(-logit))
    assert loss_of(objective, images, rows).item() == pytest.approx(total / 5, rel=1e-5)


def test_siglip_is_open_clips(make_objective, loss_of):
    from open_clip.loss import SigLipLoss

    objective, built, _ = make_objective("siglip", samples=7)
    images, rows = torch.randn(5, 3, 12, 12), torch.arange(5)
    output = built.model(images, objective._tokens[rows])
    assert loss_of(objective, images, rows).item() == pytest.approx(SigLipLoss()(**output).item(), rel=1e-6)


WEIGHTS = [0.0, 2.0, 0.5, 1.0, 3.0, 0.5, 0.25]


def test_weights_multiply_the_loss_of_each_sample(make_objective, loss_of):
    """Against slow loops: each sample's own loss times its weight over the mean weight of the manifest."""
    images, rows = torch.randn(5, 3, 12, 12), torch.tensor([6, 0, 3, 2, 4])
    share = [WEIGHTS[row] * len(WEIGHTS) / sum(WEIGHTS) for row in rows]
    objective, built, manifest = make_objective("clip", samples=7, columns={"weight": WEIGHTS})
    scale = built.model.logit_scale.exp().item()
    x, y = pair_features(built, manifest, images, rows)
    total = 0.0
    for i in range(5):
        total += share[i] * 0.5 * cross_entropy([scale * np.dot(x[i], y[j]) for j in range(5)], i)
        total += share[i] * 0.5 * cross_entropy([scale * np.dot(x[j], y[i]) for j in range(5)], i)
    assert loss_of(objective, images, rows).item() == pytest.approx(total / 5, rel=1e-5)
    objective, built, manifest = make_objective("supervised", samples=7, columns={"weight": WEIGHTS})
    logits = objective.head(built.model.encode_image(images)).detach().double().numpy()
    total = 0.0
    for each, row, weight in zip(logits, rows.tolist(), share, strict=True):
        total += weight * cross_entropy(each, objective.classes.index(manifest.labels[row]))
    assert loss_of(objective, images, rows).item() == pytest.approx(total / 5, rel=1e-5)


@pytest.mark.parametrize("name", OWN)
def test_equal_weights_are_no_weights(make_objective, loss_of, name):
    images, rows = torch.randn(5, 3, 12, 12), torch.arange(5)
    plain, equal = (make_objective(name, samples=7, columns={"weight": [w] * 7})[0] for w in (1.0, 0.25))
    assert equal._weights is None and torch.equal(loss_of(plain, images, rows), loss_of(equal, images, rows))


@pytest.mark.parametrize("name", ["clip", "siglip", "supervised"])
def test_the_temperature_stays_in_its_range(make_objective, name):
    objective, built, _ = make_objective(name)
    scale = built.model.logit_scale if objective.head is None else objective.head.logit_scale
    for wild, tame in ((9.0, math.log(100)), (-3.0, 0.0)):
        scale.data.fill_(wild)
        objective.after_step(0.5)
        assert scale.item() == pytest.approx(tame)


def test_the_image_tower_starts_the_same_in_every_arm(make_objective):
    towers = [make_objective(name)[1].model.visual.state_dict() for name in OWN]
    assert all(torch.equal(towers[0][name], tower[name]) for tower in towers[1:] for name in tower)


@pytest.mark.parametrize(("name", "column"), [("clip", "caption"), ("supervised", "label")])
def test_missing_captions_or_labels_are_counted(make_objective, name, column):
    with pytest.raises(UserError, match=f"1 of 3 samples have no {column}, which objective {name} needs"):
        make_objective(name, samples=3, columns={column: ["ant", None, "cat"]})
