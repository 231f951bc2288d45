"""What a data card says beyond sizes, counted slowly."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from torch.nn import functional

from clipcause.files.outputs import read_json
from clipcause.subsets.details import write_details
from clipcause.subsets.order import Order
from made_embeddings import write_embeddings

LABELS = ["cat", "dog", "owl", None]


@pytest.fixture
def world(tmp_path, make_pool):
    """A pool of 80 with truth, and a manifest of 40 of them that favours gold cats and drops duplicates."""
    chance = np.random.default_rng(0)
    labels = [LABELS[number] for number in chance.integers(0, 4, 80)]
    gold = [bool(each) for each in chance.random(80) < [0.8 if label == "cat" else 0.3 for label in labels]]
    style = ["photo" if each else "sketch" for each in chance.random(80) < 0.5]
    group = [number // 2 if number < 20 else number for number in range(80)]
    captions = [f"a {'Gold' if held else 'goldfish'} thing" for held in gold]
    truth = {"truth_style": style, "truth_duplicate_group": group, "truth_many": [f"kind {n}" for n in range(80)]}
    pool = make_pool(labels, caption=captions, colour=["gold" if held else "teal" for held in gold], **truth)
    kept = sorted(chance.choice(np.arange(1, 80), 40, replace=False).tolist())
    rows = pq.read_table(pool).to_pylist()
    fields = ("uid", "shard", "offset", "size", "caption", "label")
    listed = [{key: rows[number][key] for key in fields} | {"weight": 1.0} for number in kept]
    pq.write_table(pa.Table.from_pylist(listed), tmp_path / "manifest.parquet")
    return pool, tmp_path / "manifest.parquet", kept, {"labels": labels, "gold": gold, "style": style, "group": group}


def describe(tmp_path, world, attributes, embeddings=None):
    pool, manifest = world[:2]
    order = Order("s", {"where": {}}, 0, {"s": manifest}, {"web": pool}, embeddings=embeddings or {})
    write_details(order, attributes, 0.05, tmp_path / "details.json", tmp_path / "nearest.parquet", 1, 1000)
    return read_json(tmp_path / "details.json"), pq.read_table(tmp_path / "nearest.parquet").to_pylist()


def association(has, labels):
    """The largest |E[s | y] - E[s | not y]| over labels."""
    return max(
        abs(
            np.mean([s for s, y in zip(has, labels, strict=True) if y == label])
            - np.mean([s for s, y in zip(has, labels, strict=True) if y != label])
        )
        for label in set(labels) - {None}
    )


BY_WORDS = {"words": ["gold"], "column": None, "values": None, "others": None, "target": 0.25}
BY_COLUMN = {"words": None, "column": "colour", "values": ["gold"], "others": None, "target": 0.5}
ABSENT = BY_COLUMN | {"column": "hue"}


def test_attributes_by_words_and_by_column_agree_with_slow_counts(tmp_path, world):
    told, nearest = describe(tmp_path, world, {"words": BY_WORDS, "column": BY_COLUMN, "absent": ABSENT})
    kept, truth = world[2:]
    gold, labels = [truth["gold"][n] for n in kept], [truth["labels"][n] for n in kept]
    assert set(told["attributes"]) == {"words", "column"}
    for name, target in (("words", 0.25), ("column", 0.5)):
        found = told["attributes"][name]
        assert found["share"] == pytest.approx(np.mean(gold))
        assert found["representation_bias"] == pytest.approx(abs(np.mean(gold) - target))
        assert found["association_bias"]["max"] == pytest.approx(association(gold, labels))
    assert told["likeness"] is None and nearest == []


def test_with_others_an_attribute_is_about_the_samples_that_show_either(tmp_path, world):
    either = BY_COLUMN | {"column": "truth_many", "values": ["kind 3", "kind 5"], "others": ["kind 7", "kind 9"]}
    no_one = either | {"values": ["none"], "others": ["nothing"]}
    told, _ = describe(tmp_path, world, {"either": either, "no_one": no_one})
    kept = world[2]
    shown = [number for number in kept if number in (3, 5, 7, 9)]
    has = [number in (3, 5) for number in shown]
    assert told["attributes"]["either"]["share"] == pytest.approx(np.mean(has)), "the world holds one at least"
    assert told["attributes"]["no_one"]["share"] is None
    assert told["attributes"]["no_one"]["association_bias"]["max"] is None


def test_truth_is_told_by_kind_and_duplicates_by_group(tmp_path, world):
    told, _ = describe(tmp_path, world, {})
    kept, truth = world[2:]
    assert set(told["truth"]) == {"style"}  # a column of 80 values is no kind
    for kind in ("photo", "sketch"):
        found = told["truth"]["style"][kind]
        assert found["of"] == truth["style"].count(kind)
        assert found["kept"] == [truth["style"][n] for n in kept].count(kind)
        before = association([each == kind for each in truth["style"]], truth["labels"])
        after = association([truth["style"][n] == kind for n in kept], [truth["labels"][n] for n in kept])
        assert found["association_before"] == pytest.approx(before)
        assert found["association"] == pytest.approx(after)
    groups = [truth["group"][n] for n in kept]
    gone = [n for n in range(80) if n not in kept]
    twins = {group for group in truth["group"] if truth["group"].count(group) > 1}
    assert told["true_duplicates"] == {
        "redundant": 10,
        "left": len(groups) - len(set(groups)),
        "removed": 40,
        "of_a_group": sum(truth["group"][n] in twins for n in gone),
    }


def test_images_without_truth_are_nobodys_twins(tmp_path, make_pool):
    pool = make_pool(["cat"] * 6, truth_duplicate_group=pa.array([0, 0, 1, None, None, None], pa.int64()))
    rows = pq.read_table(pool).to_pylist()
    fields = ("uid", "shard", "offset", "size", "caption", "label")
    pq.write_table(
        pa.Table.from_pylist([{key: row[key] for key in fields} | {"weight": 1.0} for row in rows[1:]]),
        tmp_path / "manifest.parquet",
    )
    told, _ = describe(tmp_path, (pool, tmp_path / "manifest.parquet"), {})
    assert told["true_duplicates"] == {"redundant": 1, "left": 0, "removed": 1, "of_a_group": 1}


def test_similarity_to_test_sets_duplicates_and_contamination(tmp_path, world):
    generator = torch.Generator().manual_seed(0)
    pool = functional.normalize(torch.randn(80, 6, generator=generator), dim=1)
    kept = world[2]
    pool[kept[1]], pool[kept[2]] = pool[kept[0]], pool[kept[0]] + 0.01
    points = functional.normalize(torch.randn(30, 6, generator=generator), dim=1)
    points[3] = pool[kept[5]]
    pixels = [f"p{number}" for number in range(80)]
    pixels[kept[1]] = pixels[kept[0]]
    embeddings = {
        "images": (write_embeddings(tmp_path / "images", [f"{n:020x}" for n in range(80)], pool, pixels),),
        "testsets/one": (
            write_embeddings(tmp_path / "one", [f"t{n}" for n in range(30)], points, [f"q{n}" for n in range(30)]),
        ),
    }
    told, nearest = describe(tmp_path, world, {}, embeddings)
    similar = (
        functional.normalize(points.half().float(), dim=1) @ functional.normalize(pool[kept].half().float(), dim=1).T
    )
    expected = similar.amax(dim=1)
    assert [row["testset_uid"] for row in nearest] == [f"t{n}" for n in range(30)]
    assert [row["similarity"] for row in nearest] == pytest.approx(expected.tolist(), abs=1e-5)
    quantiles = told["likeness"]["testsets"]["one"]["nearest"]
    assert quantiles["0.5"] == pytest.approx(np.median(expected), abs=1e-5) and list(quantiles) == [
        "0.05",
        "0.25",
        "0.5",
        "0.75",
        "0.95",
    ]
    near = int((similar.amax(dim=0) >= 0.95).sum())
    assert near >= 1 and told["likeness"]["testsets"]["one"]["contaminated"] == {"exact": 0, "near": near}
    assert told["likeness"]["duplicates"] == {"exact": 1, "near": 1, "distance": 0.05}
