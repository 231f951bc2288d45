"""Every objective teaches the image tower something: handwritten digits, told apart by a linear probe.

The loop here is a short one of the test's own; what it leaves out (order, budgets, checkpoints) is tested elsewhere.
"""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.nn import functional

from clipcause.models.build import build_model, seeded
from clipcause.training.manifest import Manifest
from clipcause.training.objectives import OBJECTIVES

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TRAINED = 1100  # of the 1,797 digits; the rest test the probe


@pytest.fixture(scope="module")
def digits():
    """The images of scikit-learn's digits as a tiny model sees them, in a random order, and their numbers."""
    pixels, numbers = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(numbers))
    images = torch.tensor(pixels[order], dtype=torch.float32).view(-1, 1, 8, 8) / 4 - 2
    images = functional.interpolate(images, size=(12, 12), mode="bilinear").expand(-1, 3, -1, -1).contiguous()
    return images, numbers[order]


@pytest.fixture(scope="module")
def manifest(digits):
    labels = [NAMES[number] for number in digits[1][:TRAINED]]
    captions = [f"a photo of a {label}" for label in labels]
    uids, zeros = np.array([f"{row:04d}".encode() for row in range(TRAINED)]), [0] * TRAINED
    return Manifest(Path("digits"), "", uids, ["0.tar"] * TRAINED, zeros, zeros, captions, labels, np.ones(TRAINED))


def moved(images, generator):
    """Each image turned, shrunk and shifted a little, at random."""
    turn, across, down, right, below = torch.rand(5, len(images), generator=generator) / 2 - 0.25
    rows = [
        torch.stack([(0.9 + across / 2) * turn.cos(), -turn.sin(), right], dim=1),
        torch.stack([turn.sin(), (0.9 + down / 2) * turn.cos(), below], dim=1),
    ]
    grid = functional.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


@torch.no_grad()
def right_answers(model, digits):
    """Which of the test images a linear probe on the model's features gets right."""
    images, numbers = digits
    features = model.eval().encode_image(images).numpy()
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return probe.fit(features[:TRAINED], numbers[:TRAINED]).predict(features[TRAINED:]) == numbers[TRAINED:]


def train(objective, images, batch, steps, learning_rate):
    optimizer = torch.optim.AdamW([each for each in objective.parameters() if each.requires_grad], weight_decay=0.1)
    generator = torch.Generator().manual_seed(0)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1, (step + 1) / 10) * (1 + math.cos(math.pi * step / steps)) / 2
        rows = torch.randperm(TRAINED, generator=generator)[:batch]
        views = (images[rows],)
        if objective.views > 1:
            views = tuple(moved(images[rows], generator) for _ in range(objective.views))
        objective.loss(objective.features(views, rows), rows, generator).backward()
        optimizer.step()
        optimizer.zero_grad()
        objective.after_step((step + 1) / steps)


DINO = {"hidden": 128, "bottleneck": 32, "prototypes": 128, "teacher_momentum": 0.99}


@pytest.mark.parametrize(
    ("name", "own", "batch", "steps", "learning_rate"),
    [
        ("clip", {}, 128, 150, 0.01),
        ("siglip", {}, 128, 150, 0.01),
        ("supervised", {}, 128, 150, 0.01),
        ("supervised", {"head": "text"}, 128, 150, 0.01),
        ("supervised", {"vocabulary_size": 6, "vocabulary_weighting": "frequency"}, 4, 1000, 0.003),
        ("simclr", {"temperature": 0.2}, 128, 300, 0.01),
        ("dino", DINO, 128, 600, 0.006),
        ("dino", DINO | {"prototypes_per_step": 32}, 128, 600, 0.006),
    ],
    ids=["clip", "siglip", "supervised", "text-head", "vocabulary", "simclr", "dino", "dino-some-prototypes"],
)
def test_a_probe_beats_that_of_the_untrained_tower(
    digits, manifest, tiny, own_settings, name, own, batch, steps, learning_rate
):
    """The gain in accuracy exceeds half of its 95 % interval, paired over test images."""
    with seeded(0):
        built = build_model(tiny, ["a", "photo", "of", *NAMES])
        before = right_answers(built.model, digits)
        built.model.train()
        objective = OBJECTIVES[name](built, manifest, own_settings(name, **own))
    train(objective, digits[0], batch, steps, learning_rate)
    gains = right_answers(objective.trained(), digits).astype(float) - before
    assert gains.mean() > 1.96 * gains.std(ddof=1) / math.sqrt(len(gains))
