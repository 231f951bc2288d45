import pytest
import torch

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.models.build import build_model
from clipcause.models.trained import load_run
from clipcause.training.runs import train_runs

DINO = {"hidden": 12, "bottleneck": 6, "prototypes": 30}


@pytest.mark.parametrize(
    ("objective", "own"),
    [
        ("clip", {}),
        ("siglip", {}),
        ("supervised", {}),
        ("supervised", {"head": "text"}),
        ("simclr", {}),
        ("dino", DINO),
    ],
)
def test_a_stock_config_goes_through_the_same_loop(tmp_path, make_manifest, make_recipe, machine, objective, own):
    settings = {"architecture": "open_clip", "name": "ViT-S-32-alt", "image_size": 32}
    recipe = make_recipe(objective=objective, samples_seen=8, batch_size=4, warmup_samples=0, crop=0.5, **own)
    manifest = make_manifest(samples=5, image_size=40)
    train_runs(recipe, settings, [0], [manifest], tmp_path / "runs", tmp_path / "state", [manifest], machine)
    run = tmp_path / "runs" / "seed0"
    assert read_json(run / "run.json")["steps"] == 2
    trained = load_run(run)
    images = trained.preprocess(torch.zeros(1, 32, 32, 3, dtype=torch.uint8))
    assert trained.model.encode_image(images).shape == (1, 256)
    assert trained.tokenizer(["an ant"]).shape == (1, 77)


def test_an_unknown_config_offers_the_nearest():
    with pytest.raises(UserError, match=r"model name RN5O: not one of open_clip's .* the nearest is RN50"):
        build_model({"architecture": "open_clip", "name": "RN5O"}, [])
