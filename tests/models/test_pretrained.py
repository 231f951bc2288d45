"""Models that others trained: open_clip's weights from a file, safetensors or weights only."""

import json

import pytest
import torch
from safetensors.torch import save_file

from clipcause.errors import UserError
from clipcause.models.pretrained import load_pretrained

NAME = "ViT-S-32-alt"


@pytest.fixture(scope="module")
def original():
    import open_clip

    torch.manual_seed(1)
    return open_clip.create_model(NAME, output_dict=True).eval()


@pytest.mark.parametrize("kind", ["safetensors", "pt"])
def test_weights_from_a_file_are_the_models(tmp_path, original, kind):
    path = tmp_path / f"weights.{kind}"
    weights = {name: tensor.contiguous() for name, tensor in original.state_dict().items()}
    save_file(weights, path) if kind == "safetensors" else torch.save(weights, path)
    loaded = load_pretrained(NAME, str(path))
    images = torch.rand(2, 3, 224, 224)
    tokens = loaded.tokenizer(["a cat", "a dog"])
    with torch.inference_mode():
        assert torch.equal(loaded.model.encode_image(images), original.encode_image(images))
        assert torch.equal(loaded.model.encode_text(tokens), original.encode_text(tokens))
    assert (loaded.preprocess.height, loaded.embed_dim) == (224, 256)


def test_a_file_with_code_in_it_is_not_run(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    torch.save({"state_dict": Harmful()}, tmp_path / "weights.pt")
    with pytest.raises(UserError, match=r"weights cannot be loaded \(it holds no weights, or more than weights\)"):
        load_pretrained(NAME, str(tmp_path / "weights.pt"))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", NAME), (b"some text", NAME), ([1, 2], NAME), ({"a": 1}, NAME), ("other", "RN50")],
    ids=["empty", "text", "a list", "no tensors", "another model"],
)
def test_a_file_that_holds_something_else_is_named_in_one_line(tmp_path, original, content, name):
    path = tmp_path / "weights.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(original.state_dict() if content == "other" else content, path)
    with pytest.raises(
        UserError, match=rf"^{name}, .*weights\.pt: its weights cannot be loaded \(.*\); fetch.*{name}$"
    ):
        load_pretrained(name, str(path))


def test_what_is_unknown_is_said_with_what_there_is():
    with pytest.raises(UserError, match="the nearest is ViT-B-32"):
        load_pretrained("ViT-B-33", "openai")
    with pytest.raises(
        UserError, match="neither a file or folder nor a tag that open_clip has for ViT-B-32; its tags are "
    ):
        load_pretrained("ViT-B-32", "no_such_tag")


def test_a_folder_that_open_clip_wrote_is_loaded(tmp_path, original):
    """As open_clip pushes models: the config and the weights beside it."""
    import open_clip

    weights = {name: tensor.contiguous() for name, tensor in original.state_dict().items()}
    save_file(weights, tmp_path / "open_clip_model.safetensors")
    config = {"model_cfg": open_clip.get_model_config(NAME), "preprocess_cfg": {"mean": [0.1, 0.2, 0.3]}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    loaded = load_pretrained(NAME, str(tmp_path))
    images = torch.rand(2, 3, 224, 224)
    with torch.inference_mode():
        assert torch.equal(loaded.model.encode_image(images), original.encode_image(images))
    assert loaded.preprocess.described["mean"] == [0.1, 0.2, 0.3]
    with pytest.raises(UserError, match="its embed_dim, text_cfg, vision_cfg is not that of RN50; name the config"):
        load_pretrained("RN50", str(tmp_path))
    for key in ("quick_gelu", "nonsense"):  # the run would be read back without it
        other = config | {"model_cfg": config["model_cfg"] | {key: True}}
        (tmp_path / "open_clip_config.json").write_text(json.dumps(other))
        with pytest.raises(UserError, match=f"its {key} is not that of {NAME}"):
            load_pretrained(NAME, str(tmp_path))
    (tmp_path / "open_clip_config.json").write_text('{"model_cfg": 3}')
    with pytest.raises(UserError, match="no config of open_clip's is in this folder"):
        load_pretrained(NAME, str(tmp_path))
    (tmp_path / "open_clip_config.json").unlink()
    with pytest.raises(UserError, match="no config of open_clip's is in this folder"):
        load_pretrained(NAME, str(tmp_path))


def test_weights_of_another_activation_are_refused():
    with pytest.raises(UserError, match=r"ViT-B-32, openai: .* another activation; name ViT-B-32-quickgelu"):
        load_pretrained("ViT-B-32", "openai")
