import json

import pytest
import torch

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json
from clipcause.models.trained import load_run
from clipcause.training.machine import Machine


@pytest.mark.parametrize(
    ("objective", "reading"), [("clip", "random"), ("clip", "blocks"), ("siglip", "random"), ("supervised", "random")]
)
def test_same_seed_same_bytes_whatever_the_memory(train, assert_same_bytes, make_manifest, objective, reading):
    manifest = make_manifest(samples=21)
    how = {"objective": objective, "reading": reading}
    one = train([manifest, manifest], "one", "state_one", **how)
    decoded_again = Machine(threads=1, image_memory=0)
    two = train([manifest, manifest], "two", "state_two", machine=decoded_again, **how)
    for seed in ("seed0", "seed1"):
        assert_same_bytes(one / seed, two / seed)
    assert file_digest(one / "seed0" / "model.safetensors") != file_digest(one / "seed1" / "model.safetensors")


def test_what_a_run_says_of_itself(train, make_manifest, tiny):
    manifest = make_manifest(samples=30, broken=2)
    run = train([manifest], seeds=[5]) / "seed5"
    record = read_json(run / "run.json")
    assert (record["samples"], record["dropped"], record["samples_seen"], record["steps"]) == (28, 2, 160, 20)
    assert (record["seed"], record["model"], record["recipe"]["learning_rate"]) == (5, tiny, 0.003)
    assert record["manifest_digest"] == file_digest(manifest)
    assert record["model_digest"] == file_digest(run / "model.safetensors")
    curve = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in curve] == list(range(1, 21))
    assert [line["samples_seen"] for line in curve] == list(range(8, 161, 8))
    assert record["final_loss"] == curve[-1]["loss"] < curve[0]["loss"]
    assert set(read_json(run / "speed.json")) == {
        "seconds",
        "samples_per_second",
        "startup_seconds",
        "share_outside_passes",
        "threads",
        "devices",
    }


def test_blocks_are_another_order(train, make_manifest):
    manifest = make_manifest(samples=21)
    records = [
        read_json(train([manifest], f"{reading}{size}", reading=reading, block_samples=size) / "seed0" / "run.json")
        for reading, size in (("random", 4), ("random", 2), ("blocks", 4), ("blocks", 2))
    ]
    alike, again, of_four, of_two = (record["order_digest"] for record in records)
    assert alike == again
    assert len({alike, of_four, of_two}) == 3


def test_arms_on_the_same_images_see_them_in_the_same_order(train, make_manifest):
    manifest = make_manifest(samples=21)
    clip = read_json(train([manifest], "clip", objective="clip") / "seed0" / "run.json")
    supervised = read_json(train([manifest], "supervised") / "seed0" / "run.json")
    assert clip["order_digest"] == supervised["order_digest"]


@pytest.mark.parametrize("objective", ["clip", "siglip", "supervised"])
def test_it_learns_three_colours(train, make_manifest, objective):
    run = load_run(train([make_manifest(samples=60)], objective=objective, samples_seen=480) / "seed0")
    pixels = torch.full((3, 12, 12, 3), 40, dtype=torch.uint8)
    for number in range(3):
        pixels[number, :, :, number] = 190
    with torch.no_grad():
        features = run.model.encode_image(run.preprocess(pixels))
        if objective == "supervised":
            assert run.classes == ["ant", "bee", "cat"]
            logits = run.head(features)
        else:
            prompts = run.tokenizer([f"a picture of a {name}" for name in ("ant", "bee", "cat")])
            logits = features @ run.model.encode_text(prompts, normalize=True).T
    assert logits.argmax(dim=1).tolist() == [0, 1, 2]


def test_a_finished_run_is_emitted_again_without_training(train, assert_same_bytes, make_manifest, caplog):
    manifest = make_manifest()
    first = train([manifest], "one")
    caplog.set_level("INFO")
    again = train([manifest, manifest], "two")
    assert "seed 0 (1 of 2): trained before" in caplog.text
    assert "seed 1 (2 of 2): done" in caplog.text
    assert_same_bytes(first / "seed0", again / "seed0")
    assert (first / "seed0" / "speed.json").read_bytes() == (again / "seed0" / "speed.json").read_bytes()


def test_settings_manifest_and_code_each_make_another_run(train, make_manifest, tmp_path):
    manifest, other = make_manifest(), make_manifest(samples=41, name="other")
    train([manifest], "one")
    train([manifest], "two", learning_rate=0.002)
    train([other], "three")
    (tmp_path / "code.py").write_text("edited code")
    train([manifest], "four")
    train([manifest], "four")
    assert len(list((tmp_path / "state").iterdir())) == 4


def test_a_loss_that_is_no_number_stops_with_its_step(train, make_manifest):
    with pytest.raises(UserError, match=r"subset/a seed 0 \(1 of 1\): the loss is (nan|inf) at step \d+ of 20; lower"):
        train([make_manifest()], learning_rate=1e38, warmup_samples=0)


def test_a_last_step_that_ruins_the_model_is_no_finished_run(train, make_manifest):
    one_step = {"samples_seen": 8, "warmup_samples": 0}
    with pytest.raises(UserError, match=r"visual\.\S+ holds no numbers after step 1 of 1; lower learning_rate 1e\+38"):
        train([make_manifest()], learning_rate=1e38, **one_step)


def test_no_checkpoint_holds_what_is_no_number(train, make_manifest, tmp_path):
    always = Machine(threads=1, checkpoint_seconds=0)
    with pytest.raises(UserError, match=r"step \d+ of 20; lower"):
        train([make_manifest()], machine=always, learning_rate=1e38, warmup_samples=0)
    assert not list(tmp_path.glob("state/*/checkpoint.pt"))  # the first step ruins the model, and none is good


@pytest.mark.parametrize(
    ("manifest", "recipe", "message"),
    [
        ({"samples": 5}, {}, "5 samples do not fill a batch of 8"),
        ({"samples": 10, "broken": 3}, {"max_undecodable": 0.3}, "7 samples do not fill a batch of 8"),
        ({"samples": 20, "broken": 3}, {}, r"3 of 20 images are undecodable, more than max_undecodable 0\.1"),
        ({"columns": {"label": [None] * 40}}, {}, "40 of 40 samples have no label"),
        ({"columns": {"label": ["ant"] * 40}}, {}, "all labels are 'ant'; supervised needs two classes or more"),
        ({"broken": 3, "columns": {"weight": [1.0] * 3 + [0.0] * 37}}, {}, "all samples with weight are undecodable"),
        ({}, {"objective": "clap"}, "objective 'clap' is unknown; it is one of clip, siglip, supervised"),
    ],
)
def test_what_cannot_be_trained_says_why(train, make_manifest, manifest, recipe, message):
    with pytest.raises(UserError, match=message):
        train([make_manifest(**manifest)], **recipe)


@pytest.mark.parametrize(
    ("samples", "recipe", "message"), [(5, {}, "do not fill a batch"), (40, {"batch_norm": "sync"}, "on GPUs only")]
)
def test_what_needs_no_image_to_be_seen_is_said_before_any_is_read(
    train, make_manifest, samples, recipe, message, monkeypatch
):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("clipcause.training.run.Images", None)
    with pytest.raises(UserError, match=message):
        train([make_manifest(samples=samples)], **recipe)


def test_one_manifest_per_seed(train, make_manifest):
    with pytest.raises(UserError, match="2 seeds but 1 manifests"):
        train([make_manifest()], seeds=[0, 1])
