"""Vocabularies: the same concepts from every format, class names with alternatives, and errors that name the file."""

import importlib.util
import json
import re
import runpy
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.concepts.vocabulary import Concept, read_vocabulary
from clipcause.errors import UserError

EXPECTED = [
    Concept("n02084071", "dog", ("dog", "domestic dog"), ("hot dog",)),
    Concept("crane", "crane", ("crane",), ("bird", "zoo")),
    Concept("cup", "trophy", ("trophy cup",)),
    Concept("7", "seven up", ("seven up", "7-up")),
    Concept("owl", "owl", ("owl",)),
]
ROWS = [
    {"concept": "n02084071", "name": "dog", "synonyms": "dog|domestic dog", "excluded": "hot dog"},
    {"concept": "crane", "name": "", "synonyms": "crane (machine)", "excluded": "bird| zoo |"},
    {"concept": "cup", "name": "trophy", "synonyms": " trophy \t cup ", "excluded": ""},
    {"concept": "7", "name": "", "synonyms": "seven  up|7-up|seven up", "excluded": ""},
    {"concept": " owl ", "name": "", "synonyms": "", "excluded": ""},
]
LISTS = [{**row, **{key: row[key].split("|") for key in ("synonyms", "excluded")}} for row in ROWS]
MAPPING = {row["concept"]: {key: row[key] for key in row if key != "concept" and row[key]} for row in ROWS}
BARE = [{key: value for key, value in row.items() if value} for row in ROWS]


def separated(delimiter):
    lines = [delimiter.join(ROWS[0]), *(delimiter.join(f'"{cell}"' for cell in row.values()) for row in ROWS)]
    return "\n".join(lines) + "\n"


YAML_MAPPING = """
n02084071: {name: dog, synonyms: [dog, domestic dog], excluded: hot dog}
crane:
  synonyms: crane (machine)
  excluded: [bird, zoo]
cup: {name: trophy, synonyms: [trophy  cup]}
7: [seven up, 7-up]
owl:
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.csv", separated(",")),
        ("v.CSV", "\ufeff" + separated(",").replace("\n", "\r\n")),
        ("v.tsv", separated("\t")),
        ("v.yaml", YAML_MAPPING),
        ("v.yml", json.dumps(BARE)),  # a list of rows; JSON is YAML
        ("v.yaml", "\ufeff" + json.dumps(LISTS)),
        ("v.json", json.dumps(MAPPING)),
        ("v.json", json.dumps(BARE)),
        ("v.json", "\ufeff" + json.dumps(LISTS)),
    ],
)
def test_text_formats_hold_the_same(tmp_path, name, content):
    (tmp_path / name).write_bytes(content.encode())
    assert read_vocabulary(tmp_path / name) == EXPECTED


@pytest.mark.parametrize("rows", [ROWS, LISTS, [{**{"name": None, "synonyms": None}, **row} for row in BARE]])
def test_parquet_holds_the_same(tmp_path, rows):
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "v.parquet")
    assert read_vocabulary(tmp_path / "v.parquet") == EXPECTED


def test_a_mapping_to_lists_is_a_vocabulary(tmp_path):
    (tmp_path / "v.json").write_text('{"n1": ["tench", "tinca tinca"], "n2": "hen|cock", "n3": []}')
    assert read_vocabulary(tmp_path / "v.json") == [
        Concept("n1", "tench", ("tench", "tinca tinca")),
        Concept("n2", "hen", ("hen", "cock")),
        Concept("n3", "n3", ("n3",)),
    ]


def test_class_names_have_alternatives_and_qualifiers(tmp_path):
    names = [
        "dog",
        "  crane (bird)  ",
        "",
        "missile or rocket",
        "hot dog / Frankfurter",
        "orange",
        "café",
        "a/b",
        "Carmel, California",
    ]
    (tmp_path / "v.txt").write_bytes(("\ufeff" + "\r\n".join(names)).encode())
    assert read_vocabulary(tmp_path / "v.txt") == [
        Concept("dog", "dog", ("dog",)),
        Concept("crane (bird)", "crane (bird)", ("crane",)),
        Concept("missile or rocket", "missile or rocket", ("missile", "rocket")),
        Concept("hot dog / Frankfurter", "hot dog / Frankfurter", ("hot dog", "Frankfurter")),
        Concept("orange", "orange", ("orange",)),
        Concept("café", "café", ("café",)),
        Concept("a/b", "a/b", ("a/b",)),
        Concept("Carmel, California", "Carmel, California", ("Carmel, California",)),
    ]


def test_a_concept_with_synonyms_is_found_by_these_alone(tmp_path):
    (tmp_path / "v.csv").write_text("concept,synonyms\ndog,dog|puppy\nhorse,pony\n")
    assert read_vocabulary(tmp_path / "v.csv") == [
        Concept("dog", "dog", ("dog", "puppy")),
        Concept("horse", "pony", ("pony",)),
    ]


def test_synonyms_are_not_split_at_or(tmp_path):
    (tmp_path / "v.csv").write_text("concept,synonyms\ngame,trick or treat|truth / dare\n")
    assert read_vocabulary(tmp_path / "v.csv")[0].synonyms == ("trick or treat", "truth / dare")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.csv", "concept\ncrane  (bird)\n"),
        ("v.tsv", "concept\tname\nn1\tcrane (bird)\n"),
        ("v.yaml", "crane  (bird):\n"),
        ("v.json", '[{"concept": "crane (bird)"}]'),
    ],
)
def test_a_name_that_is_searched_for_loses_its_qualifier(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert read_vocabulary(tmp_path / name)[0].synonyms == ("crane",)


def test_a_list_of_class_names_is_read_like_lines(tmp_path):
    for name in ("v.json", "v.yaml"):
        (tmp_path / name).write_text('["crane (bird)", "missile or rocket"]')
        assert [(each.id, each.synonyms) for each in read_vocabulary(tmp_path / name)] == [
            ("crane (bird)", ("crane",)),
            ("missile or rocket", ("missile", "rocket")),
        ]


def test_open_clip_ships_the_names_of_imagenet():
    concepts = read_vocabulary("open_clip:imagenet")
    source = Path(importlib.util.find_spec("open_clip").origin).with_name("zero_shot_metadata.py")
    assert [concept.name for concept in concepts] == list(runpy.run_path(str(source))["IMAGENET_CLASSNAMES"])
    assert len({concept.id for concept in concepts}) == len(concepts) == 1_000
    by_place = {0: "tench", 7: "rooster", 134: "crane bird", 517: "construction crane", 999: "toilet paper"}
    assert {place: concepts[place].id for place in by_place} == by_place
    named = {concept.id: concept.synonyms for concept in concepts}
    assert named["military hat (bearskin or shako)"] == ("military hat",)
    assert named["red wolf or maned wolf"] == ("red wolf", "maned wolf")
    twice = [concept for concept in concepts if concept.name == "missile"]
    assert [(each.id, each.synonyms) for each in twice] == [("missile", ("missile",)), ("missile (744)", ("missile",))]


def test_exclusions_come_from_a_table_too(tmp_path):
    (tmp_path / "v.csv").write_text("concept,synonyms,excluded\ncrane,crane,bird\nram,ram,\nowl,owl,\n")
    (tmp_path / "x.csv").write_text(
        "concept,because_of,excluded\nram,ram,car|truck (pickup)\ncrane,crane,zoo|bird\nram,ram,chip|car\n"
    )
    assert [each.excluded for each in read_vocabulary(tmp_path / "v.csv", tmp_path / "x.csv")] == [
        ("bird", "zoo"),
        ("car", "truck", "chip"),
        (),
    ]
    (tmp_path / "x.json").write_text('{"owl": {"excluded": ["barn", "night"]}}')
    assert read_vocabulary(tmp_path / "v.csv", tmp_path / "x.json")[2].excluded == ("barn", "night")


def test_an_exclusion_of_an_unknown_concept_is_named(tmp_path):
    (tmp_path / "v.txt").write_text("crane\nowl\n")
    for concept, guess in (("crame", "; did you mean 'crane'?"), ("xyz", "")):
        (tmp_path / "x.csv").write_text(f"concept,excluded\n{concept},bird\n")
        message = f"{tmp_path}/x.csv: the concept '{concept}' is not in {tmp_path}/v.txt{guess}"
        with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
            read_vocabulary(tmp_path / "v.txt", tmp_path / "x.csv")


def test_exclusions_without_the_column_are_refused(tmp_path):
    (tmp_path / "v.txt").write_text("crane\n")
    (tmp_path / "x.csv").write_text("concept,exclude\ncrane,bird\n")
    with pytest.raises(UserError, match=r"x\.csv: .*excluded"):
        read_vocabulary(tmp_path / "v.txt", tmp_path / "x.csv")


BAD = [
    ("v.csv", "concept,synonyms\ncat,cat,kitten\n", "line 2 has more fields than there are columns; . parts synonyms"),
    ("v.csv", "concept,synonyms,synonyms\ncat,cat,kitten\n", "the column synonyms stands twice"),
    ("v.yaml", "cat: {synonyms: {small: kitten}}\n", "{'small': 'kitten'} is no list of phrases"),
    ("v.yaml", "cat: [[cat, kitten]]\n", "is no list of phrases"),
    ("v.yaml", "cat: &again [*again]\n", "is no list of phrases"),
    ("v.json", "[" * 100_000, "cannot be read"),
    ("v.txt", "cat\n(bird)\n", r"nothing is left of the concept '\(bird\)' to be found by; give it a synonym"),
    ("v.csv", "concept,synonyms\n", "is empty"),
    ("v.csv", "concept,synonyms\ncat,cat\n cat,kitten\n", "the concept 'cat' stands twice"),
    ("v.csv", "concept,synonyms\n ,cat\n", "a concept has no name"),
    ("v.csv", "name,synonyms\ncat,cat\n", "no column concept; it has name, synonyms"),
    ("v.csv", "", "no column concept; it has none"),
    ("v.tsv", "concept,synonyms\ncat,cat\n", "no column concept; it has concept,synonyms"),
    ("v.csv", "concept\ncaf\udce9\n", "cannot be read"),
    ("v.txt", "caf\udce9\n", "cannot be read"),
    ("v.txt", "\n\n", "is empty"),
    ("v.txt", "cat\ncat\n", "the concept 'cat' stands twice"),
    ("v.json", '{"cat": ["cat"], "cat": ["kitten"]}', "the concept 'cat' stands twice"),
    ("v.json", '[{"concept": "cat"}, {"concept": "cat"}]', "the concept 'cat' stands twice"),
    ("v.json", '[{"name": "cat"}]', "no column concept; it has name"),
    ("v.json", "[]", "is empty"),
    ("v.json", "3", "holds int"),
    ("v.json", '{"cat": ', "cannot be read"),
    ("v.json", '[{"concept": null}]', "a concept has no name"),
    ("v.yaml", "cat: [cat]\ncat: [kitten]\n", "the concept 'cat' stands twice"),
    ("v.yaml", "7: [a]\n'7': [b]\n", "the concept '7' stands twice"),
    ("v.yaml", "", "is empty"),
    ("v.yaml", "just text", "holds str"),
    ("v.yaml", "cat: [cat\n", "cannot be read"),
    ("v.yaml", "cat: !!python/object:os.system []\n", "cannot be read"),
    ("v.parquet", "no parquet", "cannot be read"),
    ("v.xlsx", "concept", r"a vocabulary is a \.csv or \.tsv or .* file, or open_clip:imagenet"),
    ("v", "concept", r"a vocabulary is a \.csv"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD)
def test_a_bad_vocabulary_is_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(UserError, match=rf"{tmp_path}/{name}: .*{message}") as refused:
        read_vocabulary(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_words_that_yaml_takes_for_something_else_are_words(tmp_path):
    (tmp_path / "v.yaml").write_text("no: [on, off]\n1: \n2024-01-01: [null]\n0x10: [1_000]\n")
    found = {concept.id: concept.synonyms for concept in read_vocabulary(tmp_path / "v.yaml")}
    assert found == {"no": ("on", "off"), "1": ("1",), "2024-01-01": ("null",), "0x10": ("1_000",)}


def test_parquet_without_concepts_is_named(tmp_path):
    pq.write_table(pa.table({"wnid": ["n1"]}), tmp_path / "v.parquet")
    with pytest.raises(UserError, match=r"v\.parquet: no column concept; it has wnid"):
        read_vocabulary(tmp_path / "v.parquet")


@pytest.mark.parametrize("name", ["gone.csv", "gone.json", "gone.parquet", "gone.txt", "gone.yaml"])
def test_a_vocabulary_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(UserError, match=f"{name}: the vocabulary cannot be read"):
        read_vocabulary(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(UserError, match=f"{name}: "):
        read_vocabulary(tmp_path / name)
