"""Test sets: what they promise about classes, styles and ribbons, and no picture of a pool."""

import csv
import json
from collections import Counter
from dataclasses import asdict, replace
from itertools import product
from operator import attrgetter

import pytest

from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.errors import UserError
from clipcause.files.benchmark_layout import read_testset
from clipcause.files.outputs import file_digest
from clipcause.files.tarshards import ShardReader, members
from clipcause.miniweb.__main__ import main
from clipcause.miniweb.page import draw_page
from clipcause.miniweb.picture import draw_image
from clipcause.miniweb.pool import POOLS
from clipcause.miniweb.questions import OBJECT
from clipcause.miniweb.scene import STYLES
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.testsets import (
    CLASSNAMES,
    COLOURED,
    PLACED,
    QUESTIONS,
    TESTSETS,
    write_named_testset,
)


def build(name, settings, folder):
    write_named_testset(name, settings, folder)
    with (folder / "truth.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_set_is_in_the_layout_and_its_truth_matches_its_tar(tmp_path, small):
    for name in TESTSETS:
        truth = build(name, small, tmp_path / name)
        folder = read_testset(tmp_path / name)
        read, labels = ShardReader(), {}
        for member, offset, size in members(folder.shards[0]):
            key, _, kind = member.partition(".")
            if kind != "jpg":
                labels[key] = read.read(str(folder.shards[0]), offset, size).decode()
        assert list(labels) == [row["key"] for row in truth]
        if name == "retrieval":
            assert (folder.kind, folder.classnames) == ("retrieval", [])
            assert all(len(text.splitlines()) >= 4 for text in labels.values())
        else:
            assert folder.classnames == QUESTIONS.get(name, OBJECT).classnames
            assert all("{c}" in template for template in folder.templates)
            assert [folder.classnames[int(label)] for label in labels.values()] == [row["label"] for row in truth]


def test_balanced_sets_hold_every_class_equally_often(tmp_path, small):
    for name in (*STYLES, "balanced", "reference", "neutral", "crossed"):
        counts = Counter(row["label"] for row in build(name, small, tmp_path / name))
        assert counts == dict.fromkeys(CLASSNAMES, small.test_images_per_class), name


def test_style_sets_hold_one_style_and_balanced_all(tmp_path, small):
    for name, styles in (*((style, {style}) for style in STYLES), ("reference", {"photo"}), ("balanced", set(STYLES))):
        assert {row["truth_style"] for row in build(name, small, tmp_path / name)} == styles, name


def test_neutral_has_no_ribbons_and_crossed_all_equally_often(tmp_path, small):
    assert {row["truth_attribute"] for row in build("neutral", small, tmp_path / "neutral")} == {""}
    cells = Counter((row["label"], row["truth_attribute"]) for row in build("crossed", small, tmp_path / "crossed"))
    assert cells == dict.fromkeys(product(CLASSNAMES, ("gold", "teal")), 1)


def test_natural_is_long_tailed_and_shows_test_classes_alone(tmp_path, small):
    counts = Counter(row["label"] for row in build("natural", replace(small, test_images_per_class=20), tmp_path / "n"))
    assert set(counts) <= set(CLASSNAMES)
    assert max(counts.values()) > 5 * min(counts.values())


@pytest.mark.parametrize(
    ("name", "styles"),
    [("colours", set(COLOURED)), ("places", set(PLACED)), ("further", set(STYLES))],
)
def test_transfer_sets_hold_every_answer_equally_often_in_styles_that_show_it(tmp_path, small, name, styles):
    many = replace(small, test_images_per_class=12)
    for each in (name, f"{name}_train"):
        rows = build(each, many, tmp_path / each)
        assert Counter(row["label"] for row in rows) == dict.fromkeys(QUESTIONS[name].classnames, 12)
        assert {row["truth_style"] for row in rows} == styles
    assert not set(QUESTIONS[name].classnames) & set(CLASSNAMES)


def test_an_object_tells_nothing_of_its_colour_or_place(small):
    """Every object meets every colour, and every place, equally often to within a picture or two."""
    for name, answer in (("colours", attrgetter("colour")), ("places", attrgetter("place"))):
        wishes = TESTSETS[name](24 * len(QUESTIONS[name].classnames) * 3)
        cells = Counter((wish.concept, answer(wish)) for wish in wishes)
        assert len(cells) == 24 * len(QUESTIONS[name].classnames) and set(cells.values()) <= {2, 3, 4}
        scene = draw_image(small, f"testset {name}", 5, wishes[5])[0]
        assert (scene.concept, answer(scene)) == (wishes[5].concept, answer(wishes[5]))


def test_vocabularies_hold_the_classes_of_transfer_sets_and_no_word_twice(tmp_path, small, monkeypatch):
    files = {name: tmp_path / f"{name}.csv" for name in ("output", "open-world", "colours", "places")}
    monkeypatch.setattr("sys.argv", ["miniweb", "vocabulary", *(f"--{name}={file}" for name, file in files.items())])
    assert main() == 0
    read = {name: {concept.id for concept in read_vocabulary(file)} for name, file in files.items()}
    assert read["output"] == set(CLASSNAMES)
    for name, file in (("colours", "colours"), ("places", "places"), ("further", "open-world")):
        assert read[file] == set(QUESTIONS[name].classnames)
    assert sum(map(len, read.values())) == len(set().union(*read.values()))


def test_no_picture_is_in_a_pool_or_in_another_set(small):
    images = [draw_page(small, f"pool {name}", n, wish).content for name, wish in POOLS.items() for n in range(100)]
    images = [content for content in images if content and content.startswith(b"\xff\xd8") and len(content) > 200]
    for name, wishes in TESTSETS.items():
        images += [draw_image(small, f"testset {name}", n, wish)[1] for n, wish in enumerate(wishes(24))]
    assert len(set(images)) == len(images) > 300


def test_same_seed_same_bytes(tmp_path, small):
    for run in ("one", "two"):
        build("clutter", small, tmp_path / run)
    for name in ("test/0.tar", "truth.csv", "classnames.txt"):
        assert file_digest(tmp_path / "one" / name) == file_digest(tmp_path / "two" / name)


def test_an_unknown_set_is_named_with_the_known_ones(tmp_path, small):
    with pytest.raises(UserError, match=r"miniweb test set painting: .* balanced, natural"):
        build("painting", small, tmp_path / "painting")


def test_settings_are_read_closed_and_checked(small):
    assert Settings.from_json(json.dumps(asdict(small))) == small
    with pytest.raises(UserError, match="unknown key colour"):
        Settings.from_json(json.dumps(asdict(small) | {"colour": 1}))
    with pytest.raises(UserError, match="seed is missing"):
        Settings.from_json(json.dumps({key: value for key, value in asdict(small).items() if key != "seed"}))
    with pytest.raises(UserError, match=r"leaves .0, 1.; lower the association"):
        Settings.from_json(json.dumps(asdict(small) | {"attribute_mean": 0.9}))
    with pytest.raises(UserError, match="at most 1 together"):
        Settings.from_json(json.dumps(asdict(small) | {"dead_links": 0.9}))


def test_commands_write_their_outputs(tmp_path, small, monkeypatch):
    settings = f"--settings={json.dumps(asdict(small))}"
    pool_outputs = [f"--site={tmp_path}/s.zip", f"--metadata={tmp_path}/m.parquet"]
    vocabularies = ("output", "open-world", "colours", "places")
    outputs = {
        "vocabulary": [f"--{name}={tmp_path}/{name}.csv" for name in vocabularies],
        "pool": ["--name=photo", settings, *pool_outputs, "--threads=1"],
        "testset": ["--name=sketch", settings, f"--output={tmp_path}/sketch"],
        "contact-sheet": [settings, f"--output={tmp_path}/sheet.png"],
    }
    for command, flags in outputs.items():
        monkeypatch.setattr("sys.argv", ["miniweb", command, *flags])
        assert main() == 0
    written = {"s.zip", "m.parquet", "sketch", "sheet.png", *(f"{name}.csv" for name in vocabularies)}
    assert {path.name for path in tmp_path.iterdir()} == written
