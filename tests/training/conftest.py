import hashlib
import io

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image
from pyarrow import parquet

from clipcause.config.schema import schema
from clipcause.files.tarshards import members, write_shard
from clipcause.models.build import build_model, seeded, tokenizer_words
from clipcause.training.machine import Machine
from clipcause.training.manifest import read_manifest
from clipcause.training.objectives import OBJECTIVES
from clipcause.training.recipe import Recipe
from clipcause.training.runs import train_runs

CLASSES = ("ant", "bee", "cat")


@pytest.fixture
def make_manifest(tmp_path):
    """Write a shard and a manifest of `samples` noisy one-coloured images, and return the manifest's path.

    `broken` of the images are cut short; `columns` replaces columns, None removes one.
    """

    def make(samples=40, broken=0, name="manifest", columns=None, image_size=12):
        generator = np.random.default_rng(samples)
        names = [CLASSES[row % len(CLASSES)] for row in range(samples)]
        uids = sorted(hashlib.sha256(str(row).encode()).hexdigest()[:20] for row in range(samples))

        def images():
            for row, uid in enumerate(uids):
                pixels = generator.integers(0, 80, (image_size, image_size, 3), dtype=np.uint8)
                pixels[..., row % len(CLASSES)] += 150
                content = io.BytesIO()
                Image.fromarray(pixels).save(content, "JPEG", quality=95)
                yield f"{uid}.jpg", content.getvalue()[: 40 if row < broken else None]

        folder = tmp_path / "subsets" / name
        write_shard(folder / "0.tar", images())
        places = {member.removesuffix(".jpg"): (offset, size) for member, offset, size in members(folder / "0.tar")}
        table = {
            "uid": uids,
            "shard": [str(folder / "0.tar")] * samples,
            "offset": [places[uid][0] for uid in uids],
            "size": [places[uid][1] for uid in uids],
            "caption": [f"a picture of a {label}" for label in names],
            "label": names,
            "weight": [1.0] * samples,
            "truth_style": ["photo"] * samples,
        }
        table |= columns or {}
        path = folder / "manifest.parquet"
        parquet.write_table(pa.table({key: value for key, value in table.items() if value is not None}), path)
        return path

    return make


@pytest.fixture
def tiny():
    """Resolved settings of a smaller tiny model."""
    return {
        "architecture": "tiny",
        "image_size": 12,
        "widths": [8, 16],
        "embed_dim": 8,
        "text_width": 8,
        "vocabulary_size": 50,
        "context_length": 8,
    }


@pytest.fixture
def own_settings():
    """The keys of a recipe that belong to its objective alone: the schema's defaults, with some changed."""

    def settings(objective, **changes):
        branches = schema()["properties"]["recipes"]["additionalProperties"]["oneOf"]
        keys = next(each["properties"] for each in branches if each["properties"]["objective"]["const"] == objective)
        defaults = {key: keys[key].get("default") for key in OBJECTIVES[objective].keys}
        assert changes.keys() <= defaults.keys()
        return defaults | changes

    return settings


@pytest.fixture
def make_recipe(own_settings):
    """Make a recipe of 20 steps of 8, with some settings changed; its objective's own keys are the defaults."""

    def make(**changes):
        settings = {
            "objective": "supervised",
            "model": "tiny",
            "samples_seen": 160,
            "batch_size": 8,
            "learning_rate": 0.003,
            "warmup_samples": 16,
            "weight_decay": 0.1,
            "micro_batch_size": None,
            "optimizer": "adamw",
            "start": {"source": "random"},
            "freeze": [],
            "first_subset": None,
            "first_share": 0.5,
            "crop": 1.0,
            "flip": False,
            "colour": 0.0,
            "precision": "fp32",
            "compile": False,
            "channels_last": True,
            "batch_norm": "per_device",
            "devices": 1,
            "max_undecodable": 0.1,
            "reading": "random",
            "block_samples": 4,
            "blocks_together": 2,
        }
        settings |= changes
        own = own_settings(settings["objective"]) if settings["objective"] in OBJECTIVES else {}
        return Recipe.of(own | settings)

    return make


@pytest.fixture
def machine():
    return Machine(threads=1)


@pytest.fixture
def train(tmp_path, tiny, machine, make_recipe):
    """Train runs into an output folder, with a state folder and a code file of the test's own."""
    (tmp_path / "code.py").write_text("code")

    def train(
        manifests, output="a", state="state", seeds=None, machine=machine, model=tiny, first=(), starts=(), **recipe
    ):
        seeds = list(range(len(manifests))) if seeds is None else seeds
        folder = tmp_path / "runs" / "subset" / output
        code = [tmp_path / "code.py"]
        recipe = make_recipe(**recipe)
        further = {"first": first, "starts": starts, "boards": tmp_path / "boards" / output}
        train_runs(recipe, model, seeds, manifests, folder, tmp_path / state, code, machine, **further)
        return folder

    return train


@pytest.fixture
def assert_same_bytes():
    """Compare two runs' folders, but for their wall-clock figures."""

    def compare(one, two):
        for name in ("model.safetensors", "model.json", "run.json", "log.jsonl"):
            assert (one / name).read_bytes() == (two / name).read_bytes(), name

    return compare


@pytest.fixture
def make_objective(make_manifest, tiny, own_settings):
    """Make an objective on a tiny model, with settings of its own changed; the model and the manifest come along."""

    def make(name, own=None, **changes):
        manifest = read_manifest(make_manifest(**changes))
        with seeded(0):
            built = build_model(tiny, tokenizer_words(tiny, filter(None, manifest.captions)))
            return OBJECTIVES[name](built, manifest, own_settings(name, **own or {})).eval(), built, manifest

    return make


@pytest.fixture
def loss_of():
    """The loss of one batch, all its samples together; further views are the images moved to the side."""

    def loss_of(objective, images, rows, seed=0):
        views = tuple(images.roll(number, dims=-1) for number in range(objective.views))
        return objective.loss(objective.features(views, rows), rows, torch.Generator().manual_seed(seed))

    return loss_of
