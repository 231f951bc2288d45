"""Captions and paths are columns, or templates over them; labels by number get their names."""

import json

import pyarrow.parquet as pq
import pytest

from clipcause.open_clip_words import imagenet_names, imagenet_wnids


@pytest.fixture
def rows(tmp_path, prepare):
    """A function (rows, settings) -> a table of these rows, as JSON, prepared."""

    def made(*told, **settings):
        (tmp_path / "table.json").write_text(json.dumps(told, indent=1))
        return pq.read_table(prepare(tmp_path / "table.json", label=None, **settings)).to_pylist()

    return made


def test_what_is_missing_is_left_out(rows):
    template = {"caption": "{title}, {text}", "url": "url"}
    told = [{"url": "a", "title": "A_cat", "text": None}, {"url": "b", "title": None, "text": None}]
    assert [row["caption"] for row in rows(*told, {"url": "c", "title": "A", "text": "b"}, **template)] == [
        "A cat, ",
        None,
        "A, b",
    ]


def test_the_encoding_of_web_addresses_is_undone(rows):
    told = [
        {"url": "a", "title": "Old+%26+new%2C_100%25"},
        {"url": "b", "title": "%ff+broken"},
        {"url": "c", "title": "x%"},
    ]
    captions = [row["caption"] for row in rows(*told, caption="{title:url}")]
    assert captions == ["Old & new, 100%", "%ff broken", "x%"], "what is not UTF-8 stays, but for its spaces"


def test_lists_of_words_become_text_and_other_lists_stay(rows):
    told = {"url": "a", "tags": ["a fish", "pet_shop"], "boxes": [[0.5, 1.0]]}
    (row,) = rows(told, caption="{tags}")
    assert (row["caption"], row["tags"], row["boxes"]) == ("a fish pet shop", "a fish pet_shop", [[0.5, 1.0]])


def test_a_path_is_a_template_whose_underscores_stay(tmp_path, prepare, preparing):
    (tmp_path / "table.json").write_text(
        json.dumps([{"wnid": "n01440764", "filename": "n01440764_1.JPEG", "title": "x"}])
    )
    del preparing["url"]
    path = prepare(tmp_path / "table.json", path="{wnid}/{filename}", caption="title", label="wnid", labels_are="wnids")
    (row,) = pq.read_table(path).to_pylist()
    assert (row["address"], row["label"]) == ("n01440764/n01440764_1.JPEG", "tench")


def test_wnids_become_names_that_test_sets_have(tmp_path, prepare):
    wnids = [imagenet_wnids()[number] for number in (0, 657, 744)]
    (tmp_path / "table.json").write_text(json.dumps([{"url": w, "caption": w, "label": w} for w in [*wnids, "cat"]]))
    labels = [row["label"] for row in pq.read_table(prepare(tmp_path / "table.json", labels_are="wnids")).to_pylist()]
    assert labels == ["tench", "missile", "missile (744)", "cat"]
    assert len(imagenet_wnids()) == len(imagenet_names()) == len(set(imagenet_wnids()))
