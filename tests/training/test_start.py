"""Training that goes on from another run's towers, or begins on another subset."""

import json

import open_clip
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.models.build import build_model, seeded
from clipcause.models.towers import freeze, take_towers, tower
from clipcause.models.trained import load_run
from clipcause.training.manifest import read_manifest
from clipcause.training.order import permutation
from clipcause.training.start import start_digest


def start(towers="both"):
    return {"source": "run", "subset": "whole", "recipe": "clip", "towers": towers}


def towers_of(run):
    """The tensors of a run's image tower, text tower and scale."""
    state = load_run(run).model.state_dict()
    return {
        kind: {name: each for name, each in state.items() if tower(name) == kind} for kind in ("image", "text", "scale")
    }


def same(one, two):
    return all(torch.equal(one[name], two[name]) for name in one)


@pytest.fixture
def trained(train, make_manifest):
    manifest = make_manifest(samples=30)
    return manifest, train([manifest], "trained", objective="clip") / "seed0"


HARDLY = {
    "learning_rate": 1e-12,
    "warmup_samples": 0,
    "weight_decay": 0.0,
}  # so that what it starts from is seen in what it ends with


@pytest.mark.parametrize("towers", ["both", "image", "text"])
def test_a_run_starts_from_the_towers_that_it_names(train, trained, towers):
    manifest, run = trained
    further = train([manifest], "further", objective="clip", start=start(towers), starts=[run], **HARDLY) / "seed0"
    fresh = train([manifest], "fresh", objective="clip", **HARDLY) / "seed0"
    before, after, unstarted = towers_of(run), towers_of(further), towers_of(fresh)
    for kind in ("image", "text", "scale"):
        taken = towers == "both" or kind == towers
        source = before if taken else unstarted
        for name, tensor in after[kind].items():
            if "running" not in name and "num_batches" not in name:
                assert torch.allclose(tensor, source[kind][name], atol=1e-6), name
    assert read_json(further / "run.json")["start"] == read_json(run / "run.json")["model_digest"]


def test_a_frozen_tower_stays_bit_for_bit(train, trained):
    manifest, run = trained
    for frozen, trains in (("image", "text"), ("text", "image")):
        after = towers_of(
            train([manifest], frozen, objective="clip", start=start(), starts=[run], freeze=[frozen]) / "seed0"
        )
        before = towers_of(run)
        assert same(before[frozen], after[frozen]) and not same(before[trains], after[trains])


def test_the_tokenizer_comes_with_the_text_tower(train, trained, make_manifest):
    _, run = trained
    other = make_manifest(samples=24, name="other", columns={"caption": ["other words", "other words, ant"] * 12})
    with_text = train([other], "text", objective="clip", start=start("text"), starts=[run]) / "seed0"
    with_image = train([other], "image", objective="clip", start=start("image"), starts=[run]) / "seed0"
    assert load_run(with_text).words == load_run(run).words
    assert load_run(with_image).words == ["other", "words", "ant"]


@pytest.mark.parametrize("objective", ["clip", "siglip"])
def test_a_text_tower_that_knows_none_of_the_words_is_refused(train, trained, make_manifest, objective):
    _, run = trained
    other = make_manifest(samples=24, name="other", columns={"caption": ["quite other", "words"] * 12})
    with pytest.raises(UserError, match=r"all captions are the same, such as 'quite other'; .* that run's words only"):
        train([other], "text", objective=objective, start=start("text"), starts=[run])
    train([other], "image", objective=objective, start=start("image"), starts=[run])


def test_supervised_learning_goes_on_from_contrast(train, trained):
    manifest, run = trained
    tuned = train([manifest], "tuned", objective="supervised", start=start("image"), starts=[run]) / "seed0"
    assert load_run(tuned).classes == ["ant", "bee", "cat"]


def test_another_model_to_start_from_is_refused(train, trained, tiny):
    manifest, run = trained
    with pytest.raises(UserError, match="was trained with other settings of the model"):
        train([manifest], "other", objective="clip", model=tiny | {"embed_dim": 4}, start=start(), starts=[run])
    with pytest.raises(UserError, match="1 seeds but 0 runs to start from; give one per seed"):
        train([manifest], "other", objective="clip", start=start())
    with pytest.raises(UserError, match="pretrained weights are for open_clip's configs, not for tiny"):
        train([manifest], "other", start={"source": "open_clip", "pretrained": "openai", "towers": "both"})


def test_towers_of_other_shapes_are_named(tiny):
    with seeded(0):
        small, large = (build_model(tiny | {"widths": widths}, ["a"]).model for widths in ([8, 16], [8, 24]))
    with pytest.raises(UserError, match=r"there: visual\.blocks\.\S+ has the shape .*, the model's"):
        take_towers(small, large, "image", "there")


@pytest.mark.parametrize("towers", ["image", "text"])
def test_an_image_tower_gets_its_pixels_as_it_was_trained(train, make_manifest, tmp_path, towers):
    """Mean and standard deviation come with the image tower, into the run's own files and its `local-dir:`."""
    name, size = "ViT-S-32-alt", 32
    theirs = open_clip.create_model(name, force_image_size=size)
    (tmp_path / "theirs").mkdir()
    torch.save(theirs.state_dict(), tmp_path / "theirs" / "open_clip_pytorch_model.bin")
    config = open_clip.get_model_config(name)
    config["vision_cfg"]["image_size"] = size
    pixels = {"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "resize_mode": "squash"}
    (tmp_path / "theirs" / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": pixels})
    )
    model = {"architecture": "open_clip", "name": name, "image_size": size}
    begin = {"source": "open_clip", "pretrained": str(tmp_path / "theirs"), "towers": towers}
    recipe = {"samples_seen": 4, "batch_size": 4, "objective": "clip", "warmup_samples": 0}
    run = train([make_manifest(samples=8)], towers, model=model, start=begin, **recipe) / "seed0"
    described, written = load_run(run).preprocess.described, read_json(run / "open_clip_config.json")["preprocess_cfg"]
    assert (described["mean"] == pixels["mean"]) == (towers == "image")
    assert (described["resize"] == "squash") == (towers == "image")
    assert written["mean"] == described["mean"] and written["resize_mode"] == described["resize"]


def test_weights_that_others_trained_are_started_from(train, make_manifest, tmp_path):
    model = {"architecture": "open_clip", "name": "RN50", "image_size": None}
    manifest = make_manifest(samples=8)
    theirs = open_clip.create_model("RN50")
    torch.save(theirs.state_dict(), tmp_path / "weights.pt")
    recipe = {"samples_seen": 4, "batch_size": 4, "objective": "clip", "freeze": ["text"], "warmup_samples": 0}
    begin = {"source": "open_clip", "pretrained": str(tmp_path / "weights.pt"), "towers": "text"}
    run = train([manifest], "stock", model=model, start=begin, **recipe) / "seed0"
    ours = load_run(run).model.state_dict()
    for name, tensor in theirs.state_dict().items():
        if tower(name) == "text":
            assert torch.equal(ours[name], tensor), name


def test_the_beginning_is_on_another_subset(train, make_manifest):
    raw, own = make_manifest(samples=30, name="raw"), make_manifest(samples=17, name="own")
    run = train([own], "run", first_subset="raw", first_share=0.25, first=[raw], objective="clip") / "seed0"
    record = read_json(run / "run.json")
    assert (record["samples"], record["first"]["samples"], record["samples_seen"]) == (17, 30, 160)


def test_what_is_seen_when_in_a_schedule(make_manifest, make_recipe, tiny):
    from clipcause.job.progress import Progress
    from clipcause.training.devices import Devices
    from clipcause.training.images import Images
    from clipcause.training.phases import Phases

    manifests = [
        read_manifest(make_manifest(samples=30, name="raw")),
        read_manifest(make_manifest(samples=17, name="own")),
    ]
    with seeded(0):
        preprocess = build_model(tiny, ["a"]).preprocess
    images = [Images(each, preprocess, 1, 1 << 30, Progress("", len(each), "images")) for each in manifests]
    recipe = make_recipe(first_subset="raw", first_share=0.25)
    phases = Phases(images, recipe, seed=0)
    order = [rows.tolist() for rows in phases.order()]
    assert len(order) == 20 and len(phases.manifest) == 47
    assert all(max(rows) < 30 for rows in order[:5]) and all(min(rows) >= 30 for rows in order[5:])
    assert [row for rows in order[:3] for row in rows] == permutation(30, 0, 0, manifests[0].order_key).tolist()[:24]
    assert [row - 30 for row in order[5]] == permutation(17, 0, 0, manifests[1].order_key).tolist()[:8]
    for first in (0, 3, 5, 11):
        seen = [(rows.tolist(), pixels) for rows, pixels in phases.batches(first, Devices())]
        assert [rows for rows, _ in seen] == order[first:]
    rows, pixels = seen[0]
    one = images[1]._pixels[torch.tensor(rows) - 30]
    assert torch.equal(pixels, one)


def test_a_schedule_that_was_killed_goes_on_to_the_same_bytes(train, assert_same_bytes, make_manifest, monkeypatch):
    """Stopped twice: on the first subset, and on its own."""
    from clipcause.training.loop import Training

    raw, own = make_manifest(samples=30, name="raw"), make_manifest(samples=17, name="own")
    schedule = {"first_subset": "raw", "first": [raw], "objective": "siglip", "crop": 0.6, "flip": True}
    undisturbed = train([own], "undisturbed", "other", **schedule)
    step = Training._step
    for stop in (4, 13):

        def failing(self, rows, pixels, stop=stop):
            if self.position.step == stop:
                self._save(self.state)
                raise KeyboardInterrupt
            step(self, rows, pixels)

        run = Training.run

        def running(self, state, *rest, run=run):
            self.state = state
            run(self, state, *rest)

        with monkeypatch.context() as patch:
            patch.setattr(Training, "_step", failing)
            patch.setattr(Training, "run", running)
            with pytest.raises(KeyboardInterrupt):
                train([own], "killed", **schedule)
    assert_same_bytes(train([own], "killed", **schedule) / "seed0", undisturbed / "seed0")


def test_tensorboard_shows_the_learning_curve(train, make_manifest, tmp_path):
    run = train([make_manifest(samples=30)], "shown", objective="clip") / "seed0"
    shown = EventAccumulator(str(tmp_path / "boards" / "shown" / "seed0")).Reload()
    curve = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [event.step for event in shown.Scalars("loss")] == [line["samples_seen"] for line in curve]
    assert [event.value for event in shown.Scalars("loss")] == pytest.approx([line["loss"] for line in curve])


def test_freezing_spares_what_is_not_named(tiny):
    with seeded(0):
        model = build_model(tiny, ["a", "b"]).model
    freeze(model, ["image"])
    assert not model.visual.training and not any(p.requires_grad for p in model.visual.parameters())
    assert (
        model.text.training
        and all(p.requires_grad for p in model.text.parameters())
        and model.logit_scale.requires_grad
    )


def test_a_run_that_is_not_finished_is_nothing_to_start_from(train, trained):
    manifest, run = trained
    (run / "run.json").unlink()
    with pytest.raises(UserError, match="trained/seed0: is no finished run to start from"):
        train([manifest], "further", objective="clip", start=start(), starts=[run])


def test_a_folder_of_weights_is_known_by_what_is_in_it(make_recipe, tmp_path):
    recipe = make_recipe(start={"source": "open_clip", "pretrained": str(tmp_path), "towers": "both"})
    digests = []
    for weights in ("one", "two", "one"):
        (tmp_path / "model.safetensors").write_text(weights)
        digests.append(start_digest(recipe, None))
    assert digests[0] == digests[2] != digests[1]
