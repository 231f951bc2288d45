"""Every objective, and every way to start, through the real workflow into the same tables."""

from pathlib import Path

import duckdb
import open_clip
import pytest
import yaml
from checkouts import Checkout
from safetensors.torch import save_file

pytestmark = pytest.mark.slow

LAYER = Path(__file__).parent / "objectives.yaml"
ARMS = yaml.safe_load(LAYER.read_text())["studies"]["objectives"]["arms"]

MINE = '''
"""How bright is the image? A regression, to show an objective of one's own."""
import torch
from torch import nn
from clipcause.training.objectives import Objective

class Brightness(Objective):
    reads_text = False

    def __init__(self, built, manifest, settings):
        super().__init__(built, manifest, settings)
        self.guess = nn.Linear(built.embed_dim, 1)

    def features(self, views, rows):
        return self.guess(self.model.encode_image(views[0]))[:, 0], views[0].mean(dim=(1, 2, 3))

    def loss(self, features, rows, generator):
        return self.mean((features[0] - features[1]) ** 2, rows)
'''


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    checkout = Checkout(tmp_path_factory.mktemp("objectives"))
    (checkout.folder / "mine.py").write_text(MINE)
    model = open_clip.create_model("ViT-S-32-alt", force_image_size=32)
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, checkout.folder / "weights.safetensors")
    return checkout.after(layer=LAYER.name)


@pytest.fixture
def database(checkout):
    with duckdb.connect(str(checkout.folder / "results/results.duckdb"), read_only=True) as connection:
        yield connection


def test_every_arm_has_an_accuracy_with_an_interval(database):
    found = database.execute(
        "SELECT arm, value, low, high FROM estimates WHERE study = 'objectives' AND testset = 'balanced' "
        "AND readout = 'own' AND measure = 'accuracy' AND seed IS NULL AND value IS NOT NULL"
    ).fetchall()
    assert {arm for arm, *_ in found} == ARMS.keys()
    assert all(0 <= low <= value <= high <= 1 for _, value, low, high in found)


def test_models_that_read_no_text_say_why_they_have_no_prompts(database):
    told = dict(
        database.execute(
            "SELECT DISTINCT arm, reason FROM estimates WHERE testset = 'balanced' AND readout = 'class_name' "
            "AND measure = 'accuracy' AND seed IS NULL"
        ).fetchall()
    )
    for arm in ("supervised", "subsampled", "text_head", "simclr", "dino", "tuned", "mine"):
        assert told[arm], arm
    for arm in ("clip", "siglip", "raw_then_balanced", "shared", "public"):
        assert told[arm] is None, arm


def test_runs_say_what_they_were_trained_by(database):
    runs = {
        recipe: (objective, seeds)
        for recipe, objective, seeds in database.execute(
            "SELECT recipe, objective, count(*) FROM runs GROUP BY ALL"
        ).fetchall()
    }
    assert runs["public"] == ("pretrained", 1)
    assert runs["dino"] == ("dino", 2) and runs["mine"] == ("custom", 2) and runs["text_head"] == ("supervised", 2)


def test_a_second_run_has_nothing_to_do(checkout):
    assert checkout.jobs(layers=("objectives.yaml",)) == {}


def test_an_edit_of_ones_own_objective_trains_its_runs_again(checkout):
    (checkout.folder / "mine.py").write_text(MINE + "\n# edited\n")
    planned = checkout.jobs(layers=("objectives.yaml",))
    (checkout.folder / "mine.py").write_text(MINE)
    assert planned["train_seeds_0_to_1"] == 1


def test_a_recipe_to_start_from_hands_its_edit_on(checkout):
    """Who starts from SimCLR's runs is trained again with them, and nobody else."""
    layer = yaml.safe_load(LAYER.read_text())
    layer["recipes"]["simclr"]["learning_rate"] = 0.002
    (checkout.folder / "edited.yaml").write_text(yaml.safe_dump(layer))
    assert checkout.jobs(layers=("edited.yaml",))["train_seeds_0_to_1"] == 2
