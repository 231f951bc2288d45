"""Stored features of tiny models on tiny test sets, against slow loops written from the definitions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import save_file
from tiny_words import CLASSNAMES, TEMPLATES

from clipcause.errors import UserError
from clipcause.evaluation.encode import encode_runs
from clipcause.evaluation.features import StoredFeatures
from clipcause.evaluation.testset import read_testset
from clipcause.files.outputs import read_json, write_json
from clipcause.models.trained import load_run


def encode(runs, testsets, outputs):
    encode_runs(runs, testsets, outputs, threads=1)
    return [StoredFeatures(output) for output in outputs]


@torch.no_grad()
def slow_images(run, testset):
    for row in pd.read_parquet(testset / "samples.parquet").itertuples():
        content = Path(row.shard).read_bytes()[row.offset : row.offset + row.size]
        pixels = torch.from_numpy(run.preprocess.decode(content).copy())[None]
        yield run.model.encode_image(run.preprocess(pixels))[0].numpy()


@torch.no_grad()
def slow_text(run, text):
    return run.model.encode_text(run.tokenizer([text]))[0].numpy()


def unit(vector):
    return vector / np.sqrt((vector**2).sum())


def test_features_equal_loops_over_images_and_prompts(tmp_path, save_run, make_testset):
    directories = [save_run("a", seed=22), save_run("b", seed=23, image_size=20)]
    testset = make_testset("photo")
    stored = encode(directories, [testset], [tmp_path / "a.safetensors", tmp_path / "b.safetensors"])
    for directory, found in zip(directories, stored, strict=True):
        run, features = load_run(directory), found.on(read_testset(testset))
        assert features.images.dtype == np.float32
        np.testing.assert_allclose(features.images, np.stack(list(slow_images(run, testset))), rtol=1e-4, atol=1e-5)
        templates = {"class_name": ["{c}"], "template": ["a photo of a {c}."], "ensemble": TEMPLATES}
        assert list(features.texts) == sorted(templates)
        for name, rows in features.texts.items():
            expected = [
                unit(np.mean([unit(slow_text(run, each.replace("{c}", c))) for each in templates[name]], axis=0))
                for c in CLASSNAMES
            ]
            np.testing.assert_allclose(rows, expected, rtol=1e-4, atol=1e-5)
        assert found.model.head is None and found.model.logit_bias is None
        assert found.model.logit_scale == pytest.approx(float(run.model.logit_scale.detach().exp()))


def test_a_supervised_run_stores_its_head_and_no_text(tmp_path, save_run, make_testset):
    directory, testset = save_run("run", seed=3, classes=["yak", "owl"]), make_testset("photo")
    [stored] = encode([directory], [testset], [tmp_path / "features.safetensors"])
    head = load_run(directory).head
    assert stored.model.head.classes == ["yak", "owl"]
    assert np.array_equal(stored.model.head.rows, head.weight.detach().numpy())
    assert stored.model.head.scale == pytest.approx(1 / 0.07)
    assert stored.on(read_testset(testset)).texts == {}


def test_captions_of_a_retrieval_set_know_their_image(tmp_path, save_run, make_testset):
    captions = [["a cat", "one cat"], ["a dog"], ["an owl", "a picture", "owl owl"]]
    directory, testset = save_run("run", seed=3), make_testset("pairs", count=3, captions=captions)
    [stored] = encode([directory], [testset], [tmp_path / "features.safetensors"])
    features, run = stored.on(read_testset(testset)), load_run(directory)
    assert features.caption_images.tolist() == [0, 0, 1, 2, 2, 2]
    expected = [slow_text(run, caption) for of_image in captions for caption in of_image]
    np.testing.assert_allclose(features.captions, expected, rtol=1e-4, atol=1e-5)
    assert len(features.images) == 3 and features.texts == {}


def test_attributes_are_asked_of_classes_and_not_of_captions(tmp_path, save_run, make_testset):
    run, photo = save_run("clip", seed=1), make_testset("photo", count=3)
    pairs = make_testset("pairs", count=1, captions=[["a cat"]])
    prompts = {"fur": (["a cat", "a dog"], ["an owl"])}
    encode_runs([run], [photo, pairs], [tmp_path / "features"], 1, prompts)
    stored, trained = StoredFeatures(tmp_path / "features"), load_run(run)
    one = unit(sum(unit(slow_text(trained, text)) for text in prompts["fur"][0]))
    other = unit(slow_text(trained, "an owl"))
    found = stored.on(read_testset(photo)).texts["attribute/fur"]
    np.testing.assert_allclose(found, [one, other], atol=1e-5)
    assert stored.on(read_testset(pairs)).texts == {}


def test_same_bytes_alone_and_together(tmp_path, save_run, make_testset):
    runs, testset = [save_run("a", seed=1), save_run("b", seed=2, classes=CLASSNAMES)], make_testset("photo")
    encode(runs, [testset], [tmp_path / "1", tmp_path / "2"])
    encode(runs[1:], [testset], [tmp_path / "3"])
    assert (tmp_path / "2").read_bytes() == (tmp_path / "3").read_bytes()


def test_an_image_that_cannot_be_decoded_is_named(tmp_path, save_run, make_testset):
    testset = make_testset("photo")
    samples = pd.read_parquet(testset / "samples.parquet")
    samples.loc[4, "size"] = 20
    samples.to_parquet(testset / "samples.parquet")
    with pytest.raises(UserError, match=r"'photo': image 0/s0000004.png"):
        encode([save_run("a", seed=1)], [testset], [tmp_path / "features"])


def test_features_that_are_no_numbers_are_refused(tmp_path, save_run, make_testset, monkeypatch):
    monkeypatch.setattr(
        "clipcause.evaluation.encode.encode_images", lambda models, testset: [np.full((30, 12), np.nan, np.float32)]
    )
    with pytest.raises(UserError, match=r"runs/a, test set 'photo': its features are no numbers; .* diverged"):
        encode([save_run("a", seed=1)], [make_testset("photo")], [tmp_path / "features"])
    assert not (tmp_path / "features").exists()


def test_features_of_another_test_set_or_of_one_that_has_changed_are_refused(tmp_path, save_run, make_testset):
    photo, sketch = make_testset("photo"), make_testset("sketch")
    [stored] = encode([save_run("a", seed=1)], [photo], [tmp_path / "features"])
    with pytest.raises(UserError, match="no features on test set 'sketch', only on photo"):
        stored.on(read_testset(sketch))
    about = read_json(photo / "testset.json")
    write_json(photo / "testset.json", about | {"templates": ["this {c}"]})
    with pytest.raises(UserError, match="test set 'photo' has changed since"):
        stored.on(read_testset(photo))
    write_json(photo / "testset.json", about)
    stored.on(read_testset(photo))
    samples = pd.read_parquet(photo / "samples.parquet")
    for other in (samples[::-1], samples.assign(size=samples["size"] + 1)):  # other images in the same places
        other.to_parquet(photo / "samples.parquet")
        with pytest.raises(UserError, match="test set 'photo' has changed since"):
            stored.on(read_testset(photo))


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        ("testset.json", lambda path: path.write_text('{"kind'), "holds no readable test set"),
        ("testset.json", lambda path: path.write_text('{"kind": "classification"}'), "holds no readable test set"),
        ("samples.parquet", lambda path: path.write_bytes(path.read_bytes()[:50]), "holds no readable test set"),
        ("samples.parquet", lambda path: path.unlink(), "holds no readable test set"),
        (
            "samples.parquet",
            lambda path: pd.read_parquet(path).drop(columns=["label", "size"]).to_parquet(path),
            r"samples\.parquet has no column size, label",
        ),
        (
            "samples.parquet",
            lambda path: pd.read_parquet(path).assign(label="gnu").to_parquet(path),
            r"'gnu' is none of the classes in testset\.json",
        ),
    ],
)
def test_a_damaged_test_set_is_named(make_testset, file, damage, message):
    directory = make_testset("photo")
    damage(directory / file)
    with pytest.raises(UserError, match=rf"testsets/photo: {message}"):
        read_testset(directory)


@pytest.mark.parametrize("damage", ["no safetensors", "cut", "an older version's"])
def test_damaged_features_are_refused(tmp_path, save_run, make_testset, damage):
    path = tmp_path / "features"
    encode([save_run("a", seed=1)], [make_testset("photo")], [path])
    if damage == "an older version's":
        save_file({"images": np.zeros((2, 3), np.float32)}, path, {"about": '{"head": null, "objective": "clip"}'})
    else:
        path.write_bytes(path.read_bytes()[:-10] if damage == "cut" else b"no safetensors")
    with pytest.raises(UserError, match="holds no features of a run"):
        StoredFeatures(path)
