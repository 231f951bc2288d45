"""A supervised head of fixed text embeddings."""

import math

import pytest
import torch

from clipcause.errors import UserError
from clipcause.models.build import build_model, seeded
from clipcause.models.head import text_rows

TEXT = {"head": "text", "head_template": "a picture of a {}"}


def test_rows_are_the_unit_embeddings_of_the_class_names(make_objective):
    objective, built, _ = make_objective("supervised", TEXT)
    for name, row in zip(objective.classes, objective.head.weight, strict=True):
        expected = built.model.encode_text(built.tokenizer([f"a picture of a {name}"]))[0]
        torch.testing.assert_close(row, expected / expected.norm())
    assert objective.classes == ["ant", "bee", "cat"]


def test_only_temperature_and_image_tower_are_trained(make_objective, loss_of):
    objective, built, _ = make_objective("supervised", TEXT)
    loss_of(objective, torch.randn(4, 3, 12, 12), torch.arange(4)).backward()
    assert objective.head.weight.grad is None and not objective.head.weight.requires_grad
    assert objective.head.logit_scale.grad is not None
    assert all(parameter.grad is None for parameter in built.model.text.parameters())
    assert all(parameter.grad is not None for parameter in built.model.visual.parameters())


def test_the_loss_is_that_of_a_learned_head_with_these_rows(make_objective, loss_of):
    fixed, learned = make_objective("supervised", TEXT)[0], make_objective("supervised")[0]
    learned.head.weight.data.copy_(5 * fixed.head.weight)
    assert fixed.head.logit_scale.item() == pytest.approx(math.log(1 / 0.07))
    images, rows = torch.randn(4, 3, 12, 12), torch.arange(4)
    torch.testing.assert_close(loss_of(fixed, images, rows), loss_of(learned, images, rows))


def test_modules_keep_their_mode(tiny):
    with seeded(0):
        built = build_model(tiny, ["ant", "bee"])
    built.model.train()
    built.model.text.eval()  # as a frozen tower
    text_rows(built, ["ant", "bee"], "{}")
    assert built.model.visual.training and built.model.training and not built.model.text.training


def test_names_that_the_tokenizer_takes_for_the_same_are_an_error(tiny):
    with seeded(0):
        built = build_model(tiny, ["a", "photo", "ant"])
    with pytest.raises(UserError, match="cannot tell the classes bee, cat apart"):
        text_rows(built, ["ant", "bee", "cat"], "a photo of a {}")
