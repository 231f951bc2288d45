"""The losses of SimCLR and DINO equal those of well-kept libraries.

pytorch-metric-learning comes with the extra `test`. lightly, whose dependencies are many and play no part in its
losses, does not: pip install --no-deps lightly==1.6.0
"""

import pytest
import torch
from torch.nn import functional

DINO = {"hidden": 12, "bottleneck": 6, "prototypes": 50, "student_temperature": 0.2, "teacher_temperature": 0.07}


@pytest.fixture
def views():
    return tuple(torch.randn(2, 8, 3, 12, 12, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_simclr_is_that_of_pytorch_metric_learning(make_objective, views, temperature):
    library = pytest.importorskip("pytorch_metric_learning.losses")
    objective, _, _ = make_objective("simclr", {"temperature": temperature})
    rows = torch.arange(8)
    features = tuple(each.double() for each in objective.features(views, rows))
    theirs = library.NTXentLoss(temperature)(torch.cat(features), rows.repeat(2))
    ours = objective.loss(features, rows, torch.Generator())
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_simclr_is_that_of_lightly(make_objective, views, temperature):
    library = pytest.importorskip("lightly.loss")
    objective, _, _ = make_objective("simclr", {"temperature": temperature})
    rows = torch.arange(8)
    features = tuple(each.double() for each in objective.features(views, rows))
    theirs = library.NTXentLoss(temperature)(*features)
    torch.testing.assert_close(objective.loss(features, rows, torch.Generator()), theirs, rtol=1e-6, atol=1e-6)


def test_dino_is_that_of_lightly_over_several_steps(make_objective):
    library = pytest.importorskip("lightly.loss")
    objective = make_objective("dino", DINO)[0].double()
    theirs = library.DINOLoss(50, teacher_temp=0.07, student_temp=0.2, center_momentum=0.9).double()
    generator, rows = torch.Generator().manual_seed(0), torch.arange(8)
    for step in range(4):
        drawn = torch.randn(4, 8, 6, generator=generator, dtype=torch.float64)
        features = tuple(functional.normalize(each, dim=-1) for each in drawn)
        student = [objective.projection.logits(each, slice(None)) for each in features[:2]]
        teacher = [objective.teacher_projection.logits(each, slice(None)) for each in features[2:]]
        expected = theirs(teacher, student)
        torch.testing.assert_close(objective.loss(features, rows, generator), expected, rtol=1e-6, atol=1e-6)
        objective.after_step(step / 4)
        torch.testing.assert_close(objective.center, theirs.center.flatten(), rtol=1e-6, atol=1e-6)
