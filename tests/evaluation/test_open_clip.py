"""A run of a stock config is open_clip's own model, and evaluation says of it what open_clip's own code says."""

import io

import numpy as np
import open_clip
import pandas as pd
import pytest
import torch
from PIL import Image

from clipcause.evaluation.encode import encode_runs
from clipcause.evaluation.evaluate import EvaluatedRun, evaluate_runs
from clipcause.evaluation.evaluators import EVALUATORS
from clipcause.evaluation.features import StoredFeatures
from clipcause.evaluation.frequencies import FrequencyFiles
from clipcause.evaluation.testset import read_testset
from clipcause.files.outputs import read_json
from clipcause.files.tarshards import ShardReader
from clipcause.models.build import build_model, seeded
from clipcause.models.head import CosineHead
from clipcause.models.trained import save_model

CLASSNAMES = ["cat", "dog", "great white shark", "owl", "yak", "gnu", "ant", "bee"]


def stock_run(directory, name="ViT-S-32-alt", image_size=32, bias=None, classes=()):
    directory.mkdir(parents=True)
    with seeded(5):
        built = build_model({"architecture": "open_clip", "name": name, "image_size": image_size}, [])
        head = CosineHead(built.embed_dim, len(classes)) if classes else None
    if bias is not None:
        built.model.logit_bias = torch.nn.Parameter(torch.tensor(bias))
    save_model(
        directory, built, "supervised" if classes else "siglip" if bias else "clip", not classes, head, list(classes)
    )
    return directory


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return stock_run(tmp_path_factory.mktemp("stock") / "run")


@pytest.fixture
def theirs(run):
    """open_clip's own model, transform and tokenizer of the run's folder."""
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{run}")
    return model.eval(), transform, open_clip.get_tokenizer(f"local-dir:{run}")


@torch.no_grad()
def their_features(model, transform, testset):
    reader, features = ShardReader(), []
    for row in testset.samples.itertuples():
        image = Image.open(io.BytesIO(reader.read(row.shard, row.offset, row.size)))
        features.append(model.encode_image(transform(image)[None], normalize=True)[0])
    return torch.stack(features)


def test_zero_shot_equals_open_clip_s_own(tmp_path, run, theirs, make_testset):
    directory = make_testset("photo", count=80, classnames=CLASSNAMES)
    features, *written = (tmp_path / each for each in ("features", "predictions", "measures", "evidence"))
    pd.DataFrame({"concept": CLASSNAMES, "captions": range(8)}).to_parquet(tmp_path / "frequency.parquet")
    encode_runs([run], [directory], [features], threads=1)
    evaluate_runs(
        [EvaluatedRun(features, 0, *written)],
        FrequencyFiles({"photo": "objects"}, {("objects", 0): tmp_path / "frequency.parquet"}),
        [],
        [directory],
        {},
        ["template", "ensemble"],
        1,
        {},
        EVALUATORS,
    )
    testset, (model, transform, tokenizer) = read_testset(directory), theirs
    own = StoredFeatures(features).on(testset)
    images = their_features(model, transform, testset)
    np.testing.assert_allclose(own.unit_images, images.numpy(), atol=1e-5)
    labels = torch.from_numpy(testset.labels)
    table = pd.read_parquet(tmp_path / "measures")
    found = {(row.readout, row.measure): row.value for row in table[table["concept"].isna()].itertuples()}
    for readout, templates in (("template", ["a photo of a {c}."]), ("ensemble", testset.templates)):
        asked = [lambda name, template=template: template.replace("{c}", name) for template in templates]
        classifier = open_clip.build_zero_shot_classifier(model, tokenizer, CLASSNAMES, asked)
        np.testing.assert_allclose(own.texts[readout], classifier.T.numpy(), atol=1e-5)
        top5 = (images @ classifier).topk(5).indices == labels[:, None]
        assert found[readout, "accuracy"] == pytest.approx(top5[:, 0].float().mean().item(), abs=1e-4)
        assert found[readout, "top5_accuracy"] == pytest.approx(top5.any(dim=1).float().mean().item(), abs=1e-4)
        assert 0 < found[readout, "top5_accuracy"] < 1


def test_a_folder_holds_the_weights_once(run):
    assert sorted(path.name for path in run.iterdir()) == ["model.json", "model.safetensors", "open_clip_config.json"]
    assert read_json(run / "open_clip_config.json")["model_cfg"]["vision_cfg"]["image_size"] == 32


def test_a_sigmoid_s_bias_comes_along(tmp_path):
    model = open_clip.create_model(f"local-dir:{stock_run(tmp_path / 'run', bias=-7.5)}")
    assert model.logit_bias.item() == -7.5


def test_a_supervised_run_is_no_model_of_open_clip_s(tmp_path):
    assert not (stock_run(tmp_path / "run", classes=("cat", "dog")) / "open_clip_config.json").exists()
