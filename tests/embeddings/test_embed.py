"""Embedding what tables hold: right vectors, each item once, resumed after a stop, whole or not at all."""

import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from made_images import png

from clipcause.embeddings import encoders
from clipcause.embeddings.embed import Task, embed
from clipcause.embeddings.embedder import open_embedder
from clipcause.embeddings.store import open_store
from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.job import took


def run(tmp_path, table, embedder, side="images", output="out", part=1, parts=1, memory=1 << 28):
    task = Task(table, side, tmp_path / output, tmp_path / "state" / output, part, parts)
    embed(task, embedder, threads=2, memory=memory)
    return open_store([tmp_path / output])


def alone(embedder, uid):
    """The vector of one image, by the model itself."""
    pixels = embedder.model.preprocess.decode(png(int(uid, 16)))
    with torch.inference_mode():
        features = embedder.model.model.encode_image(embedder.model.preprocess(torch.from_numpy(pixels.copy())[None]))
    return torch.nn.functional.normalize(features, dim=-1)[0]


@pytest.mark.parametrize("memory", [1, 1 << 28], ids=["one image at a time", "all at once"])
def test_every_image_has_the_models_vector(tmp_path, make_index, embedder, memory):
    store = run(tmp_path, make_index([5, 1, 7]), embedder, memory=memory)
    uids = store.uids().to_pylist()
    assert uids == [f"{number:020x}" for number in range(13)]
    expected = torch.stack([alone(embedder, uid) for uid in uids])
    assert torch.allclose(store.vectors(), expected, atol=1e-3)
    assert torch.allclose(store.vectors().norm(dim=1), torch.ones(13))
    assert [len(pq.read_table(file)) for file in store.files] == [5, 1, 7]


def test_captions_have_vectors_and_rows_without_an_image_are_left_out(tmp_path, make_index, embedder):
    store = run(tmp_path, make_index([4]), embedder, "captions")
    texts = {f"{number:020x}": f"a {word}" for number, word in enumerate(["car", "cat", "tree", "car"])}
    assert store.uids().to_pylist() == list(texts)
    with torch.inference_mode():
        expected = embedder.model.model.encode_text(embedder.model.tokenizer(list(texts.values())), normalize=True)
    assert torch.allclose(store.vectors(), expected, atol=1e-3)


def test_several_captions_of_an_image_have_uids_of_their_own(tmp_path, embedder):
    table = pa.table({"uid": ["x", "y"], "captions": [["a car", "a cat"], ["a tree"]], "shard": ["s", "s"]})
    pq.write_table(table, tmp_path / "retrieval.parquet")
    store = run(tmp_path, tmp_path / "retrieval.parquet", embedder, "captions")
    assert store.uids().to_pylist() == ["x", "x#2", "y"]


def test_a_vocabulary_is_embedded_by_its_definitions(tmp_path, embedder):
    (tmp_path / "words.csv").write_text("concept,synonyms,definition\ncar,car|red,\ncat,cat,a red tree\n")
    store = run(tmp_path, tmp_path / "words.csv", embedder, "captions")
    assert store.uids().to_pylist() == ["car", "cat"]
    expected = embedder.of_texts(["car, red", "cat, a red tree"]).float()
    assert torch.allclose(store.vectors(), expected, atol=1e-3)


def test_broken_images_are_left_out_and_counted(tmp_path, make_index, embedder):
    broken = {f"{number:020x}" for number in (0, 3, 4)}
    store = run(tmp_path, make_index([4, 2], broken), embedder)
    assert not broken & set(store.uids().to_pylist()) and store.rows == 3
    assert read_json(tmp_path / "out" / "embedder.json")["undecodable"] == 3


@pytest.mark.parametrize("side", ["images", "captions"])
def test_a_job_tells_what_its_model_took(tmp_path, make_index, embedder, side, monkeypatch):
    spent = []
    monkeypatch.setattr(took, "_in_model", spent)
    began = time.monotonic()
    run(tmp_path, make_index([5, 1, 7]), embedder, side)
    (model,) = spent
    assert model.processor_seconds > 0 and 0 < model.seconds < time.monotonic() - began


def test_parts_are_the_whole(tmp_path, make_index, embedder):
    index = make_index([3, 2, 4, 1])
    whole = run(tmp_path, index, embedder, output="whole")
    parts = [run(tmp_path, index, embedder, output=f"part{part}", part=part, parts=3) for part in (1, 2, 3)]
    together = open_store([tmp_path / f"part{part}" for part in (1, 2, 3)])
    assert [part.rows for part in parts] == [4, 2, 4] and together.rows == whole.rows
    assert sorted(together.uids().to_pylist()) == whole.uids().to_pylist()


def test_equal_pixels_have_equal_digests(tmp_path, make_index, embedder):
    one, two = make_index([3]), make_index([3], name="again")
    digests = [
        pq.read_table(run(tmp_path, index, embedder, output=index.stem).files[0])["pixels"].to_pylist()
        for index in (one, two)
    ]
    assert digests[0] == digests[1] and len(set(digests[0])) == 3


def encoded(monkeypatch):
    """The uids that are encoded from now on."""
    seen, encode = [], encoders.ImageEncoder.encode

    def spy(self, unit):
        seen.extend(unit.rows["uid"].to_pylist())
        yield from encode(self, unit)

    monkeypatch.setattr(encoders.ImageEncoder, "encode", spy)
    return seen


def test_a_stopped_job_goes_on_where_it_was(tmp_path, make_index, embedder, monkeypatch):
    index = make_index([3, 3, 3])
    encode, calls = encoders.ImageEncoder.encode, []

    def dies(self, unit):
        calls.append(unit)
        if len(calls) == 3:
            raise KeyboardInterrupt
        yield from encode(self, unit)

    with monkeypatch.context() as patch:
        patch.setattr(encoders.ImageEncoder, "encode", dies)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, index, embedder)
    assert not (tmp_path / "out").exists()
    seen = encoded(monkeypatch)
    store = run(tmp_path, index, embedder)
    assert seen == [f"{number:020x}" for number in (6, 7, 8)] and store.rows == 9


def test_only_what_changed_is_embedded_again_and_the_rest_is_forgotten(tmp_path, make_index, embedder, monkeypatch):
    run(tmp_path, make_index([3, 3]), embedder)
    seen = encoded(monkeypatch)
    index = make_index([3, 3, 2])  # writes the shards anew: their times change
    run(tmp_path, index, embedder)
    assert len(seen) == 8
    seen.clear()
    run(tmp_path, index, embedder)
    assert seen == []
    assert len(list((tmp_path / "state" / "out").glob("*.parquet"))) == 3


def test_a_damaged_file_of_the_state_is_made_again(tmp_path, make_index, embedder):
    index = make_index([3])
    run(tmp_path, index, embedder)
    [kept] = (tmp_path / "state" / "out").glob("*.parquet")
    kept.unlink()
    kept.write_bytes(b"half")
    assert run(tmp_path, index, embedder).rows == 3


def test_an_edit_of_the_code_or_other_words_make_other_vectors(tmp_path, make_run):
    code = tmp_path / "code.py"
    identities = []
    for text in ("one", "one", "two"):
        code.write_text(text)
        identities.append(open_embedder({"precision": "fp32"}, make_run(), [code]).identity)
    assert identities[0] == identities[1] != identities[2]
    described = make_run() / "model.json"
    described.write_text(described.read_text().replace('"car"', '"bus"'))
    assert open_embedder({"precision": "fp32"}, described.parent, [code]).identity != identities[2]


def test_a_model_that_has_diverged_embeds_nothing(tmp_path, make_index, make_run):
    embedder = open_embedder({"precision": "fp32"}, make_run())
    with torch.no_grad():
        embedder.model.model.visual.projection.weight.fill_(float("nan"))
    with pytest.raises(UserError, match="vectors that are no numbers"):
        run(tmp_path, make_index([3]), embedder)
    assert not (tmp_path / "out").exists()


def test_the_command_keeps_what_is_done_apart_for_each_output(tmp_path, make_index, make_run, monkeypatch):
    from clipcause.embeddings.__main__ import main

    index, folder = make_index([2]), make_run()
    for output in ("a", "b"):
        given = ["embeddings", "embed", "--embedder", '{"precision": "fp32"}', "--run", str(folder), "--side", "images"]
        given += ["--tables", str(index), "--outputs", str(tmp_path / output), "--state", str(tmp_path / "kept")]
        monkeypatch.setattr("sys.argv", given)
        assert main() == 0
    assert open_store([tmp_path / "a"]).rows == open_store([tmp_path / "b"]).rows == 2
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_a_missing_shard_is_named(tmp_path, make_index, embedder):
    index = make_index([3, 3])
    (tmp_path / "samples" / "00001.tar").unlink()
    with pytest.raises(UserError, match=r"00001\.tar: No such file"):
        run(tmp_path, index, embedder)
    assert not (tmp_path / "out").exists()


def test_nothing_to_embed_is_an_error(tmp_path, make_index, embedder):
    with pytest.raises(UserError, match="no images to embed"):
        run(tmp_path, make_index([]), embedder)
    with pytest.raises(UserError, match="no image could be decoded"):
        run(tmp_path, make_index([1], {"0" * 20}), embedder)


def test_the_same_model_is_the_same_embedder_and_another_is_not(make_run, embedder):
    same, other = (open_embedder({"precision": "fp32"}, make_run(seed)) for seed in (0, 1))
    assert same.identity == embedder.identity
    assert other.identity["weights"] != embedder.identity["weights"]
    assert {**other.identity, "weights": None} == {**embedder.identity, "weights": None}


def test_half_precision_is_near_and_another_embedder(make_run, embedder):
    half = open_embedder({"precision": "bf16"}, make_run())
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8))
    full, rough = embedder.of_images(pixels).float(), half.of_images(pixels).float()
    assert (full * rough).sum(dim=1).min() > 0.99
    assert half.identity != embedder.identity
