import json
import resource

import pytest
import torch

from clipcause.errors import UserError
from clipcause.models.build import build_model, seeded
from clipcause.models.head import CosineHead
from clipcause.models.trained import load_run, save_model


@pytest.fixture
def save(tiny):
    """Save a model (with a head, if there are classes) into a directory."""

    def save(directory, classes=()):
        with seeded(0):
            built = build_model(tiny, ["a", "cat"])
            head = CosineHead(10, len(classes)) if classes else None
        save_model(directory, built, "supervised" if classes else "clip", not classes, head, classes)
        return built, head

    return save


def test_a_clip_run_comes_back_as_it_was(save, tmp_path):
    built, _ = save(tmp_path)
    trained = load_run(tmp_path)
    assert (trained.objective, trained.classes, trained.head) == ("clip", [], None)
    assert not trained.model.training
    assert trained.tokenizer("cat").tolist() == [[2, 0, 0, 0, 0]]
    for name, tensor in built.model.state_dict().items():
        assert torch.equal(trained.model.state_dict()[name], tensor)


def test_a_supervised_run_brings_its_head(save, tmp_path):
    _, head = save(tmp_path, classes=["cat", "dog", "eel"])
    trained = load_run(tmp_path)
    features = torch.randn(4, 10)
    assert trained.classes == ["cat", "dog", "eel"]
    assert torch.equal(trained.head(features), head(features))


def test_the_head_is_a_scaled_cosine():
    head = CosineHead(2, 2)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[3.0, 0.0], [1.0, 1.0]]))
        head.logit_scale.fill_(torch.log(torch.tensor(10.0)))
    torch.testing.assert_close(head(torch.tensor([[5.0, 0.0]])), torch.tensor([[10.0, 10.0 / 2**0.5]]))


def test_same_weights_same_bytes(save, tmp_path):
    for name in ("one", "two"):
        save(tmp_path / name, classes=["cat", "dog"])
    for file in ("model.safetensors", "model.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_missing_cut_and_misfit_files_are_user_errors(save, tmp_path):
    with pytest.raises(UserError, match="holds no readable trained model"):
        load_run(tmp_path)
    save(tmp_path)
    description = json.loads((tmp_path / "model.json").read_text())
    description["model"]["embed_dim"] = 11
    (tmp_path / "model.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match=r"does not fit the settings in model\.json \(size mismatch [^\n]*\); train"):
        load_run(tmp_path)
    weights = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(weights[:-10])
    with pytest.raises(UserError, match="holds no readable trained model"):
        load_run(tmp_path)


@pytest.mark.parametrize("key", ["preprocess", "reads_text", "classes"])
def test_a_description_of_another_version_says_what_it_lacks(save, tmp_path, key):
    save(tmp_path)
    description = json.loads((tmp_path / "model.json").read_text())
    del description[key]
    (tmp_path / "model.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match=rf"model\.json does not say {key}; train this run again"):
        load_run(tmp_path)


@pytest.mark.parametrize("record", ["", '{"model_dig', "[]", "{}"])
def test_a_damaged_record_is_a_user_error(save, tmp_path, record):
    save(tmp_path)
    (tmp_path / "run.json").write_text(record)
    with pytest.raises(UserError, match="holds no readable trained model"):
        load_run(tmp_path)


def test_a_full_disk_is_a_user_error_and_leaves_what_was_there(save, tmp_path):
    save(tmp_path)
    before = (tmp_path / "model.safetensors").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # no file may grow beyond 100 bytes
    try:
        with pytest.raises(UserError, match=r"model\.safetensors: cannot be written \(.*\); make room on the disk"):
            save(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "model.safetensors").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "model.safetensors"]
