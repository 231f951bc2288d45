"""One batch is one batch: in micro-batches or not, in one process or two."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from batch_gradients import gradients_of

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.models.trained import load_run
from clipcause.training.devices import Devices, joined_devices

LABELS = [f"class {row % 15}" for row in range(43)]  # more than a batch holds
DINO = {"hidden": 12, "bottleneck": 6, "prototypes": 30, "prototypes_per_step": 20}
COMPARED = {
    "clip": {},
    "siglip": {},
    "supervised": {"vocabulary_size": 11, "vocabulary_weighting": "frequency"},
    "simclr": {},
    "dino": DINO,
}


@pytest.fixture
def twin(tiny):
    """The tiny model with group norms: an image's features hang on no other image."""
    return tiny | {"norm": "group"}


@pytest.fixture
def gradients(make_manifest, make_recipe):
    """The loss and the gradients that one batch of 8 gives a freshly built model."""

    def run(model, objective, **recipe):
        manifest = make_manifest(samples=20, columns={"label": LABELS[:20]})
        return gradients_of(manifest, model, make_recipe(objective=objective, **recipe), Devices())

    return run


def assert_same(one, two, tolerance=1e-6):
    assert one.keys() == two.keys()
    for name in one:
        assert torch.allclose(one[name], two[name], rtol=1e-4, atol=tolerance), name


@pytest.mark.parametrize("objective", COMPARED)
@pytest.mark.parametrize("size", [1, 2, 4])
def test_micro_batches_give_the_gradients_of_the_whole_batch(gradients, twin, objective, size):
    augmented = {"crop": 0.5, "flip": True, "colour": 0.3} | COMPARED[objective]
    loss, whole, _ = gradients(twin, objective, **augmented)
    of_parts, parts, _ = gradients(twin, objective, micro_batch_size=size, **augmented)
    assert of_parts == pytest.approx(loss, rel=1e-6)
    assert_same(whole, parts)
    assert any(gradient.abs().max() > 1e-4 for gradient in whole.values())


def test_batch_norms_count_each_micro_batch_once(gradients, tiny):
    """Features pass twice; the running statistics must move as if they had passed once."""
    _, _, whole = gradients(tiny, "clip")
    _, _, parts = gradients(tiny, "clip", micro_batch_size=4)
    assert whole.model.visual.blocks[1].num_batches_tracked == 1
    assert parts.model.visual.blocks[1].num_batches_tracked == 2


def test_another_augmentation_is_another_loss(gradients, twin):
    plain, cropped = gradients(twin, "supervised"), gradients(twin, "supervised", crop=0.3)
    assert plain[0] != cropped[0]


@pytest.mark.parametrize("precision", ["bf16", "fp16", "tf32"])
def test_other_precisions_come_near(gradients, twin, precision):
    loss, whole, _ = gradients(twin, "clip")
    of_other, other, _ = gradients(twin, "clip", precision=precision)
    assert of_other == pytest.approx(loss, rel=0.02)
    cosine = torch.nn.functional.cosine_similarity
    for name in whole:
        if whole[name].ndim == 4:
            assert cosine(whole[name].flatten(), other[name].flatten(), dim=0) > 0.98, name


@pytest.mark.parametrize("micro_batch", [None, 2])
def test_two_processes_have_the_gradients_of_one(gradients, make_manifest, make_recipe, twin, tmp_path, micro_batch):
    """Of one and the same batch, for every objective: what each process has after they exchanged theirs."""
    manifest = make_manifest(samples=20, columns={"label": LABELS[:20]})
    augmented = {"crop": 0.5, "flip": True, "colour": 0.3}
    recipes = [
        make_recipe(objective=name, devices=2, micro_batch_size=micro_batch, **augmented, **own).settings
        for name, own in COMPARED.items()
    ]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += [str(Path(__file__).with_name("batch_gradients.py")), str(manifest), json.dumps(twin)]
    command += [str(tmp_path / "gradients.pt"), *map(json.dumps, recipes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    shared = torch.load(tmp_path / "gradients.pt", weights_only=True)
    for (name, own), (of_two, theirs) in zip(COMPARED.items(), shared, strict=True):
        loss, whole, _ = gradients(twin, name, **augmented, **own)
        assert of_two == pytest.approx(loss, rel=1e-6), name
        assert_same(whole, theirs)
        assert any(gradient.abs().max() > 1e-4 for gradient in whole.values())


@pytest.mark.parametrize("objective", COMPARED)
def test_two_processes_train_as_one(train, make_manifest, make_recipe, twin, tmp_path, objective):
    """The same global batches shared by two processes over gloo, weights within float tolerance after 20 steps."""
    manifest = make_manifest(samples=43, columns={"label": LABELS})
    changes = {"objective": objective, "crop": 0.7, "micro_batch_size": 2, "optimizer": "sgd", "learning_rate": 0.05}
    changes |= COMPARED[objective]
    alone = train([manifest], "alone", "state_alone", model=twin, **changes | {"micro_batch_size": None}) / "seed0"
    output = tmp_path / "runs" / "subset" / "shared"
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "clipcause.training", "train", "--threads", "2", "--seeds", "0", "--manifests", str(manifest)]
    command += ["--recipe", json.dumps(make_recipe(devices=2, **changes).settings), "--model", json.dumps(twin)]
    command += ["--output", str(output), "--state", str(tmp_path / "state"), "--code", str(tmp_path / "code.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    shared = output / "seed0"
    one, two = read_json(alone / "run.json"), read_json(shared / "run.json")
    assert one["order_digest"] == two["order_digest"] and one["samples_seen"] == two["samples_seen"]
    assert two["final_loss"] == pytest.approx(one["final_loss"], rel=1e-3)
    weights, theirs = load_run(alone).model.state_dict(), load_run(shared).model.state_dict()
    for name in weights:
        assert torch.allclose(weights[name], theirs[name], rtol=1e-3, atol=1e-4), name
    assert read_json(shared / "speed.json")["devices"] == 2


def test_two_processes_refuse_a_recipe_for_one():
    with (
        pytest.raises(UserError, match="shared by 2 processes, and there are 1; start it by torchrun"),
        joined_devices(2),
    ):
        pass


def test_devices_cut_and_join_in_the_order_of_ranks():
    import numpy as np

    rows = np.arange(12)
    parts = [Devices(rank, 3).part(rows).tolist() for rank in range(3)]
    assert parts == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


@pytest.mark.parametrize("crop", [1.0, 0.8])
@pytest.mark.parametrize("channels_last", [True, False])
def test_images_and_weights_lie_in_memory_as_the_recipe_says(
    make_manifest, make_recipe, tiny, monkeypatch, train, crop, channels_last
):
    from clipcause.models.tiny import ConvTower

    seen, forward = set(), ConvTower.forward

    def look(self, images):
        for each in (images, self.blocks[0].weight):
            seen.add((each.is_contiguous(), each.is_contiguous(memory_format=torch.channels_last)))
        return forward(self, images)

    monkeypatch.setattr(ConvTower, "forward", look)
    train([make_manifest()], crop=crop, channels_last=channels_last)
    assert seen == {(not channels_last, channels_last)}
