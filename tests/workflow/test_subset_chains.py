"""Subsets of subsets, controls and redraws, built by the real workflow on a small pool of files."""

import tarfile

import pyarrow.parquet as pq
import pytest
from checkouts import Checkout

from clipcause.files.outputs import read_json

LAYER = """
pools:
  mine: {source: files, images: data, metadata: data/list.csv, path: path, caption: caption, label: label}
vocabularies:
  mine: {path: data/classnames.txt}
attributes:
  shiny: {words: [shiny]}
embedders:
  own: {source: run, subset: all_mine, recipe: quick}
models:
  small: {architecture: tiny, image_size: 24, widths: [8, 8], embed_dim: 16, text_width: 16}
recipes:
  quick: {objective: clip, model: small, samples_seen: 640, batch_size: 32, learning_rate: 0.003}
testsets:
  cats: {source: pool, pool: mine, part: all, where: {label: [cat]}}
  dogs: {source: pool, pool: mine, part: all, where: {label: [dog]}}
subsets:
  all_mine: {method: all, from: mine}
  unique: {method: deduplicate, from: tail, embedder: own, distance: 0.001}
  far: {method: far_prune, from: mine, embedder: own, testsets: [cats], samples: 40, control: true}
  near: {method: near_prune, from: far, embedder: own, testsets: [dogs], reference: cats}
  clean: {method: decontaminate, from: mine, embedder: own, testsets: [cats], distance: null}
  typical: {method: text_similarity, from: told, embedder: own, vocabulary: mine, at_least: -1}
  fitting: {method: clip_score, from: told, embedder: own, fraction: 0.5}
  named: {method: label_by_caption, from: told, vocabulary: mine}
  mentioned: {method: restrict, from: [mine], vocabulary: mine, concepts: [owl]}
  custom: {method: custom, from: mine, module: data/mine.py, function: every, options: {nth: 3}}
  tail: {method: resample, from: mine, vocabulary: mine, imbalance: 4, samples: 42, control: true}
  trimmed: {method: trim_tail, from: tail, classes: 1, to: 0, control: true}
  told: {method: captions, from: trimmed, class_name: only, template: "a {}"}
  rest: {method: difference, from: [mine, tail]}
  alike: {method: match_frequency, from: rest, frequency_of: tail, vocabulary: mine}
  fair: {method: m4, from: mine, attributes: [shiny], eps_association: 0.01, control: true}
"""
NAMES = ("tail", "tail_control", "trimmed", "trimmed_control", "told", "rest", "alike", "fair", "fair_control")
FIXED = ("far", "far_control", "near", "clean", "named", "mentioned", "custom", "unique", "typical", "fitting")
MODULE = """
from clipcause.subsets.selection import Selection


def every(candidates, options, draw):
    return Selection(f"SELECT uid FROM candidates ORDER BY uid LIMIT {candidates.count // options['nth']}")
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("chains"))


@pytest.fixture(scope="module")
def built(checkout, jpeg):
    """The manifests of all subsets by (name, draw); of those in FIXED there is but draw 0."""
    (checkout.folder / "data").mkdir()
    lines = ["path,caption,label"]
    for number in range(120):
        label = ("cat", "dog", "owl")[number % 3]
        shiny = "shiny" if number % 4 == 0 or (label == "cat" and number % 2) else "dull"
        (checkout.folder / f"data/{number}.jpg").write_bytes(jpeg(number))
        lines.append(f"{number}.jpg,a {shiny} {label},{label}")
    (checkout.folder / "data/list.csv").write_text("\n".join(lines) + "\n")
    (checkout.folder / "data/classnames.txt").write_text("cat\ndog\nowl\n")
    (checkout.folder / "layer.yaml").write_text(LAYER)
    files = [f"results/subsets/{name}/draw{draw}/manifest.parquet" for name in NAMES for draw in (0, 1)]
    files += [f"results/subsets/{name}/draw0/manifest.parquet" for name in FIXED]
    files += ["results/subsets/told/draw1/shards", "results/subsets/near/draw0/details.json"]
    (checkout.folder / "data/mine.py").write_text(MODULE)
    ran = checkout.snakemake(*files, layers=("tiny.yaml", "layer.yaml"))
    assert ran.returncode == 0, ran.stdout
    return {
        (name, draw): pq.read_table(checkout.folder / f"results/subsets/{name}/draw{draw}/manifest.parquet").to_pylist()
        for name, draw in [(name, draw) for name in NAMES for draw in (0, 1)] + [(name, 0) for name in FIXED]
    }


def test_each_is_what_it_says_in_every_draw(built, checkout):
    uids = {key: {row["uid"] for row in rows} for key, rows in built.items()}
    for draw in (0, 1):
        assert len(uids["tail", draw]) == len(uids["tail_control", draw]) == 42
        assert uids["trimmed", draw] < uids["tail", draw]
        assert len({row["label"] for row in built["trimmed", draw]}) == 2
        assert len(uids["trimmed_control", draw]) == len(uids["trimmed", draw])
        assert uids["trimmed_control", draw] < uids["tail", draw]
        assert uids["told", draw] == uids["trimmed", draw]
        assert all(row["caption"] == f"a {row['label']}" for row in built["told", draw])
        assert uids["rest", draw] & uids["tail", draw] == set() and len(uids["rest", draw] | uids["tail", draw]) == 120
        assert uids["alike", draw] <= uids["rest", draw]
        assert len(uids["fair", draw]) == len(uids["fair_control", draw]) < 120
        cats = [("shiny" in row["caption"]) for row in built["fair", draw] if row["label"] == "cat"]
        assert abs(sum(cats) - len(cats) / 2) <= 0.01 * 120 + 1
    for name in NAMES:
        assert uids[name, 0] != uids[name, 1]
    with tarfile.open(checkout.folder / "results/subsets/told/draw1/shards/00000.tar") as tar:
        names = {entry.name for entry in tar}
    assert {name.removesuffix(".jpg") for name in names if name.endswith(".jpg")} == uids["told", 1]


def test_similarity_labels_and_code_of_ones_own(built, checkout):
    rows = {name: built[name, 0] for name in FIXED} | {"told": built["told", 0], "tail": built["tail", 0]}
    uids = {name: {row["uid"] for row in each} for name, each in rows.items()}
    assert len(uids["far"]) == len(uids["far_control"]) == 40
    cats = {row["uid"] for row in built["rest", 0] + built["tail", 0] if row["label"] == "cat"}
    assert len(cats) == 40 and uids["far"] == cats  # each is its own nearest test image
    assert uids["near"] == uids["far"]  # they are the reference
    assert len(uids["clean"]) == 80 and not uids["clean"] & cats
    assert uids["unique"] <= uids["tail"] and uids["typical"] == uids["told"]
    assert len(uids["fitting"]) == round(len(uids["told"]) / 2) and uids["fitting"] < uids["told"]
    assert uids["named"] == uids["told"] and all(row["caption"] == f"a {row['label']}" for row in rows["named"])
    assert {row["label"] for row in rows["mentioned"]} == {"owl"} and len(uids["mentioned"]) == 40
    assert len(uids["custom"]) == 40
    removed = pq.read_table(checkout.folder / "results/subsets/clean/draw0/removed.parquet").to_pylist()
    assert {row["uid"] for row in removed} == cats
    assert all(row["exact"] and row["testset"] == "cats" and row["testset_uid"] == row["uid"] for row in removed)
    details = read_json(checkout.folder / "results/subsets/near/draw0/details.json")
    assert details["likeness"] is None and details["attributes"] == {}  # no study asks for any
