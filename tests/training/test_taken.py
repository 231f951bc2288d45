import open_clip
import torch
from safetensors.torch import save_file

from clipcause.models.pretrained import load_pretrained
from clipcause.models.trained import load_run
from clipcause.training.taken import take_pretrained

NAME = "ViT-S-32-alt"


def test_a_model_that_others_trained_stands_beside_runs(tmp_path):
    """Taken as a run, it is loaded like one: the same features, by its own preprocessing."""
    original = open_clip.create_model(NAME, output_dict=True).eval()
    weights = {name: tensor.contiguous() for name, tensor in original.state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    model = {"architecture": "open_clip", "name": NAME, "image_size": None}
    recipe = {"objective": "pretrained", "model": "public", "pretrained": str(tmp_path / "weights.safetensors")}
    take_pretrained(recipe, model, tmp_path / "seed0")
    run = load_run(tmp_path / "seed0")
    images = torch.rand(2, 3, 224, 224)
    with torch.inference_mode():
        assert torch.equal(run.model.encode_image(images), original.encode_image(images))
    assert run.reads_text and run.head is None
    assert run.preprocess.described == load_pretrained(NAME, recipe["pretrained"]).preprocess.described
