"""Predictions of tiny models on a tiny test set, against slow loops written from the definitions."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from clipcause.errors import UserError
from clipcause.evaluation.classifiers import head_rows, zero_shot_weights
from clipcause.evaluation.predict import predict_runs
from clipcause.models.build import build_model, seeded
from clipcause.models.head import CosineHead
from clipcause.models.trained import load_run, save_model
from clipcause.outputs import write_json
from clipcause.tarshards import members, write_shard

CLASSNAMES = ["cat", "dog", "owl"]
TEMPLATES = ["a photo of a {c}.", "one {c}", "{c} {c} picture"]
WORDS = ["a", "photo", "of", "one", "picture", "cat", "dog", "owl"]


def settings(image_size):
    return {
        "architecture": "tiny",
        "image_size": image_size,
        "widths": [8, 16],
        "embed_dim": 12,
        "text_width": 10,
        "context_length": 8,
        "vocabulary_size": 100,
    }


def save_run(directory, seed, image_size=16, classes=None):
    directory.mkdir(parents=True)
    with seeded(seed):
        built = build_model(settings(image_size), WORDS)
        head = CosineHead(12, len(classes)) if classes else None
    save_model(directory, built, "supervised" if classes else "clip", head, classes or [])
    return directory


@pytest.fixture
def testset(tmp_path):
    random = np.random.default_rng(0)
    directory = tmp_path / "testsets" / "photo"
    images = []
    for number in range(30):
        content = io.BytesIO()
        pixels = random.integers(0, 200, 3) + random.integers(0, 56, (20, 24, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(content, "PNG")
        images.append((f"s{number:07d}.png", content.getvalue()))
    shard = directory / "0.tar"
    write_shard(shard, images)
    rows = [
        {"uid": name, "shard": str(shard), "offset": offset, "size": size, "label": CLASSNAMES[number % 3]}
        for number, (name, offset, size) in enumerate(members(shard))
    ]
    pd.DataFrame(rows).to_parquet(directory / "samples.parquet")
    write_json(directory / "testset.json", {"kind": "classification", "classnames": CLASSNAMES, "templates": TEMPLATES})
    return directory


def slow_features(run, testset):
    samples = pd.read_parquet(testset / "samples.parquet")
    for row in samples.itertuples():
        content = Path(row.shard).read_bytes()[row.offset : row.offset + row.size]
        pixels = torch.from_numpy(run.preprocess.decode(content).copy())[None]
        with torch.no_grad():
            yield run.model.encode_image(run.preprocess(pixels))[0]


def test_zero_shot_equals_a_loop_over_prompts(tmp_path, testset):
    runs = [save_run(tmp_path / "a", seed=22), save_run(tmp_path / "b", seed=23, image_size=20)]
    outputs = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    predict_runs(runs, [testset], outputs, threads=1)
    for directory, output in zip(runs, outputs, strict=True):
        run = load_run(directory)
        rows = []
        for name in CLASSNAMES:
            with torch.no_grad():
                texts = [run.model.encode_text(run.tokenizer([t.replace("{c}", name)]))[0] for t in TEMPLATES]
            mean = sum(text / text.norm() for text in texts) / len(texts)
            rows.append(mean / mean.norm())
        scores = [[float(feature @ row) for row in rows] for feature in slow_features(run, testset)]
        expected = [CLASSNAMES[int(np.argmax(of_image))] for of_image in scores]
        frame = pd.read_parquet(output)
        assert list(frame.columns) == ["testset", "uid", "label", "prediction"]
        assert frame["prediction"].tolist() == expected
        assert frame["uid"].tolist() == [f"s{number:07d}.png" for number in range(30)]
        assert len(set(expected)) > 1


def test_head_predicts_only_classes_that_it_and_the_test_set_share(tmp_path, testset):
    directory = save_run(tmp_path / "run", seed=3, classes=["yak", "owl", "cat"])
    predict_runs([directory], [testset], [tmp_path / "p.parquet"], threads=1)
    run = load_run(directory)
    with torch.no_grad():
        expected = ["owl" if (s := run.head(f[None])[0])[1] > s[2] else "cat" for f in slow_features(run, testset)]
    assert pd.read_parquet(tmp_path / "p.parquet")["prediction"].tolist() == expected


def test_head_rows_by_eye():
    numbers, rows = head_rows(["yak", "owl", "cat"], CLASSNAMES, "run")
    assert numbers.tolist() == [0, 2]  # cat, owl
    assert rows.tolist() == [2, 1]


def test_head_without_any_class_of_the_test_set(tmp_path, testset):
    directory = save_run(tmp_path / "run", seed=3, classes=["yak", "gnu"])
    with pytest.raises(UserError, match=r"'photo': the head knows no class of cat"):
        predict_runs([directory], [testset], [tmp_path / "p.parquet"], threads=1)


def test_class_embeddings_have_unit_length(tmp_path):
    run = load_run(save_run(tmp_path / "run", seed=1))
    assert zero_shot_weights(run, CLASSNAMES, TEMPLATES).norm(dim=1).tolist() == pytest.approx([1, 1, 1])


def test_same_bytes_alone_and_together(tmp_path, testset):
    runs = [save_run(tmp_path / "a", seed=1), save_run(tmp_path / "b", seed=2, classes=CLASSNAMES)]
    predict_runs(runs, [testset], [tmp_path / "1.parquet", tmp_path / "2.parquet"], threads=1)
    predict_runs(runs[1:], [testset], [tmp_path / "3.parquet"], threads=1)
    assert (tmp_path / "2.parquet").read_bytes() == (tmp_path / "3.parquet").read_bytes()


def test_an_image_that_cannot_be_decoded_is_named(tmp_path, testset):
    samples = pd.read_parquet(testset / "samples.parquet")
    samples.loc[4, "size"] = 20
    samples.to_parquet(testset / "samples.parquet")
    run = save_run(tmp_path / "a", seed=1)
    with pytest.raises(UserError, match=r"'photo': image s0000004.png"):
        predict_runs([run], [testset], [tmp_path / "p.parquet"], threads=1)
    assert not (tmp_path / "p.parquet").exists()


def test_runs_and_outputs_must_pair_up(tmp_path, testset):
    with pytest.raises(UserError, match="1 runs but 2 outputs"):
        predict_runs([tmp_path], [testset], [tmp_path / "1", tmp_path / "2"], threads=1)


def test_a_retrieval_set_is_refused(tmp_path, testset):
    write_json(testset / "testset.json", {"kind": "retrieval", "classnames": [], "templates": []})
    with pytest.raises(UserError, match="retrieval"):
        predict_runs([], [testset], [], threads=1)
