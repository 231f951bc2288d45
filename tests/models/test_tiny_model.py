import subprocess
import sys

import pytest
import torch

from clipcause.errors import UserError
from clipcause.models.build import build_model, seeded, tokenizer_words

WORDS = ["a", "cat", "dog"]


@pytest.fixture
def built(tiny):
    with seeded(0):
        return build_model(tiny, WORDS)


def test_interface_of_open_clip(built):
    images, tokens = built.preprocess(torch.zeros(2, 12, 12, 3, dtype=torch.uint8)), built.tokenizer(["a cat", "dog"])
    output = built.model(images, tokens)
    assert output["image_features"].shape == output["text_features"].shape == (2, 10)
    torch.testing.assert_close(output["logit_scale"], torch.tensor(1 / 0.07))
    for encode, inputs, name in (
        (built.model.encode_image, images, "image_features"),
        (built.model.encode_text, tokens, "text_features"),
    ):
        features = encode(inputs)
        torch.testing.assert_close(features / features.norm(dim=1, keepdim=True), output[name])
        torch.testing.assert_close(encode(inputs, normalize=True), output[name])
    assert built.model.visual.image_size == (12, 12)
    assert len(built.model.visual.image_mean) == len(built.model.visual.image_std) == 3


def test_text_features_are_the_perceptron_of_the_sum_of_words(built):
    tower = built.model.text
    total = tower.embedding.weight[1] + 2 * tower.embedding.weight[2]
    torch.testing.assert_close(built.model.encode_text(built.tokenizer("cat a cat"))[0], tower.perceptron(total))


def test_image_tower_halves_its_input_per_block(built):
    assert built.model.visual.blocks(torch.zeros(1, 3, 12, 12)).shape == (1, 16, 3, 3)


def test_same_seed_same_weights_and_the_global_generator_is_left_alone(tiny):
    before = torch.random.get_rng_state()
    states = []
    for seed in (1, 1, 2):
        with seeded(seed):
            states.append(build_model(tiny, WORDS).model.state_dict())
    first, second, third = states
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["visual.projection.weight"], third["visual.projection.weight"])
    assert torch.equal(torch.random.get_rng_state(), before)


def test_words_come_from_the_captions(tiny):
    assert tokenizer_words(tiny | {"vocabulary_size": 2}, ["a dog", "a cat"]) == ["a", "cat"]


def test_unknown_architecture_is_a_user_error(tiny):
    with pytest.raises(UserError, match=r"'tinny' is unknown; it is one of tiny, open_clip"):
        build_model(tiny | {"architecture": "tinny"}, WORDS)


def test_importing_models_imports_no_open_clip():
    code = "import sys, clipcause.models.trained; sys.exit('open_clip' in sys.modules or 'torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
