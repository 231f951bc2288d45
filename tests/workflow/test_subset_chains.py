"""Subsets of subsets, controls and redraws, built by the real workflow on a small pool of files."""

import tarfile

import pyarrow.parquet as pq
import pytest

LAYER = """
pools:
  mine: {source: files, images: data, metadata: data/list.csv, path: path, caption: caption, label: label}
vocabularies:
  mine: {path: data/classnames.txt}
subsets:
  tail: {method: resample, from: mine, vocabulary: mine, imbalance: 4, samples: 42, control: true}
  trimmed: {method: trim_tail, from: tail, classes: 1, to: 0, control: true}
  told: {method: captions, from: trimmed, class_name: only, template: "a {}"}
  rest: {method: difference, from: [mine, tail]}
  alike: {method: match_frequency, from: rest, frequency_of: tail, vocabulary: mine}
  fair: {method: m4, from: mine, attributes: {shiny: {words: [shiny]}}, eps_association: 0.01, control: true}
"""
NAMES = ("tail", "tail_control", "trimmed", "trimmed_control", "told", "rest", "alike", "fair", "fair_control")


@pytest.fixture
def built(checkout, jpeg):
    """The manifests of both draws of all subsets, by (name, draw); None where there is but one draw."""
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
    files += ["results/subsets/told/draw1/shards"]
    ran = checkout.snakemake(*files, layers=("tiny.yaml", "layer.yaml"))
    assert ran.returncode == 0, ran.stdout
    return {
        (name, draw): pq.read_table(checkout.folder / f"results/subsets/{name}/draw{draw}/manifest.parquet").to_pylist()
        for name in NAMES
        for draw in (0, 1)
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
