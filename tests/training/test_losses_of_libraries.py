"""The losses of SimCLR and DINO equal those of well-kept libraries.

pytorch-metric-learning comes with the extra `test`. lightly, whose dependencies are many and play no part in its
losses, is fetched without them by the slow tests.
"""

import importlib
import subprocess
import sys

import pytest
import torch
from pytorch_metric_learning.losses import NTXentLoss
from torch.nn import functional

DINO = {"hidden": 12, "bottleneck": 6, "prototypes": 50, "student_temperature": 0.2, "teacher_temperature": 0.07}


@pytest.fixture
def views():
    return tuple(torch.randn(2, 8, 3, 12, 12, generator=torch.Generator().manual_seed(0)))


@pytest.fixture(scope="module")
def lightly(tmp_path_factory):
    """lightly's losses, from a folder of their own."""
    folder = str(tmp_path_factory.mktemp("packages"))
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, "lightly==1.6.0"]
    fetched = subprocess.run(command, capture_output=True, text=True)
    if fetched.returncode:
        pytest.skip(f"NOT COMPARED WITH LIGHTLY: it cannot be installed: {fetched.stderr[-300:]}")
    sys.path.insert(0, folder)
    yield importlib.import_module("lightly.loss")
    sys.path.remove(folder)


@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_simclr_is_that_of_pytorch_metric_learning(make_objective, views, temperature):
    objective, _, _ = make_objective("simclr", {"temperature": temperature})
    rows = torch.arange(8)
    features = tuple(each.double() for each in objective.features(views, rows))
    theirs = NTXentLoss(temperature)(torch.cat(features), rows.repeat(2))
    ours = objective.loss(features, rows, torch.Generator())
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_simclr_is_that_of_lightly(make_objective, lightly, views, temperature):
    objective, _, _ = make_objective("simclr", {"temperature": temperature})
    rows = torch.arange(8)
    features = tuple(each.double() for each in objective.features(views, rows))
    theirs = lightly.NTXentLoss(temperature)(*features)
    torch.testing.assert_close(objective.loss(features, rows, torch.Generator()), theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.slow
def test_dino_is_that_of_lightly_over_several_steps(make_objective, lightly):
    objective = make_objective("dino", DINO)[0].double()
    theirs = lightly.DINOLoss(50, teacher_temp=0.07, student_temp=0.2, center_momentum=0.9).double()
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
