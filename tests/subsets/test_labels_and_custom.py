"""Labels and concepts by what captions mention, and interventions of one's own."""

import textwrap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import read_json

CAPTIONS = ["a cat", "a cat and a dog", "nothing", "dog, owl, cat", "owl"]
MENTIONS = [(0, "cat"), (1, "dog"), (1, "cat"), (3, "dog"), (3, "owl"), (3, "cat"), (4, "owl"), (4, "owl")]


@pytest.fixture
def pool(make_pool):
    return make_pool(["tree"] * 5, caption=CAPTIONS)


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("concept\ncat\ndog\nowl\nyak\n")
    return path


@pytest.fixture
def matches(tmp_path):
    def write(pairs=MENTIONS, name="matches"):
        rows = {"uid": [f"{number:020x}" for number, _ in pairs], "concept": [concept for _, concept in pairs]}
        pq.write_table(pa.table(rows), tmp_path / f"{name}.parquet")
        return tmp_path / f"{name}.parquet"

    return write


def uid(number, copy=None):
    return f"{number:020x}" + (f"#{copy}" if copy else "")


def test_a_caption_that_mentions_several_makes_a_sample_of_each(pool, subset, rows, matches, tmp_path):
    made = rows(subset("l", {"web": pool}, matches=(matches(),), method="label_by_caption", multiple="each"))
    assert {key: row["label"] for key, row in made.items()} == {
        uid(0): "cat",
        uid(1): "cat",
        uid(1, 2): "dog",
        uid(3): "cat",
        uid(3, 2): "dog",
        uid(3, 3): "owl",
        uid(4): "owl",
    }
    assert {row["offset"] for key, row in made.items() if key.startswith(uid(3))} == {3}
    assert all(row["caption"] == CAPTIONS[row["offset"]] for row in made.values())
    card = read_json(tmp_path / "l.json")
    assert card["notes"]["captions_by_concepts_mentioned"] == {"0": 1, "1": 2, "2": 1, "3": 1}
    assert (card["samples"], card["images"]) == (7, 4)


def test_or_is_dropped(pool, subset, rows, matches):
    made = rows(subset("l", {"web": pool}, matches=(matches(),), method="label_by_caption", multiple="drop"))
    assert {key: row["label"] for key, row in made.items()} == {uid(0): "cat", uid(4): "owl"}


def test_copies_can_be_chosen_from_further(pool, subset, rows, matches):
    labelled = subset("l", {"web": pool}, matches=(matches(),), method="label_by_caption", multiple="each")
    further = {"method": "restrict", "concepts": ["dog"], "classes": None, "per_class": None}
    dogs = rows(subset("d", {"l": labelled}, {"web": pool}, **further))
    assert set(dogs) == {uid(1, 2), uid(3, 2)} and all(row["shard"] == "a.tar" for row in dogs.values())


def test_the_caption_of_the_first_source_counts(pool, subset, rows, matches):
    other = matches([(0, "yak"), (2, "yak")], "other")
    sources = {"web": pool, "again": pool}
    made = rows(subset("l", sources, matches=(matches(), other), method="label_by_caption", multiple="each"))
    assert "yak" not in {row["label"] for row in made.values()}


RESTRICT = {"method": "restrict", "concepts": None, "classes": None, "per_class": None}


def test_restrict_by_what_captions_mention(pool, subset, rows, matches, vocabulary):
    given = {"matches": (matches(),), "vocabulary": vocabulary} | RESTRICT
    assert set(rows(subset("r", {"web": pool}, **given))) == {uid(0), uid(1), uid(3), uid(4)}
    owls = rows(subset("r", {"web": pool}, **given | {"concepts": ["owl"]}))
    assert set(owls) == {uid(3), uid(4)} and {row["label"] for row in owls.values()} == {"tree"}
    drawn = [set(rows(subset("r", {"web": pool}, **given | {"samples": n}))) for n in (1, 2, 3)]
    assert [len(each) for each in drawn] == [1, 2, 3] and drawn[0] < drawn[1] < drawn[2]
    with pytest.raises(UserError, match="samples is 5, 4 captions mention its concepts"):
        subset("r", {"web": pool}, **given | {"samples": 5})
    with pytest.raises(UserError, match="the vocabulary has no concept 'elk'"):
        subset("r", {"web": pool}, **given | {"concepts": ["elk"]})


MINE = """
import os
from clipcause.errors import UserError
from clipcause.subsets.selection import Selection

def first(candidates, options, draw):
    return Selection(f"SELECT uid FROM candidates ORDER BY uid LIMIT {options['n'] + draw}", notes={"mine": True})

def fails(candidates, options, draw):
    return options["missing"]

def refuses(candidates, options, draw):
    raise UserError("not like this")

def wrong(candidates, options, draw):
    return "SELECT 1"

def twice(candidates, options, draw):
    return Selection("SELECT uid FROM candidates UNION ALL SELECT uid FROM candidates")

def heavy(candidates, options, draw):
    return Selection("SELECT uid, CAST('nan' AS FLOAT) AS weight FROM candidates", ("weight",))

def moves(candidates, options, draw):
    return Selection("SELECT uid, 'b.tar' AS shard FROM candidates", ("shard",))

def leaves(candidates, options, draw):
    raise SystemExit(0)

def wordy(candidates, options, draw):
    raise ValueError("a line\\nand another")

def walks(candidates, options, draw):
    os.chdir("/")
    return first(candidates, {"n": 2}, draw)

def nonsense(candidates, options, draw):
    return Selection("SELECT uid FROM nowhere")
"""


def test_a_function_of_ones_own_chooses(pool, subset, rows, tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    given = {"method": "custom", "module": str(tmp_path / "mine.py"), "options": {"n": 2}}
    assert set(rows(subset("c", {"web": pool}, function="first", **given))) == {uid(0), uid(1)}
    assert read_json(tmp_path / "c.json")["notes"] == {"mine": True}
    assert len(rows(subset("c", {"web": pool}, draw=1, function="first", **given))) == 3


def test_it_may_go_to_another_folder_and_the_job_stays_where_it_is(pool, subset, rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    made = subset("c", {"web": pool}, method="custom", module="mine.py", function="walks", options={})
    assert len(rows(made)) == 2 and Path.cwd() == tmp_path


def test_the_example_of_the_documentation_works(pool, subset, rows, tmp_path):
    text = (Path(__file__).parents[2] / "docs/subsets.md").read_text(encoding="utf-8")
    block = text.split("    # every.py\n")[1].split("\n\n    subsets:")[0]
    (tmp_path / "every.py").write_text(textwrap.dedent(block))
    given = {"method": "custom", "module": str(tmp_path / "every.py"), "function": "every", "options": {"n": 2}}
    assert set(rows(subset("c", {"web": pool}, **given))) == {uid(1), uid(3)}


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("fails", "fails in .*mine.py failed: KeyError: 'missing'"),
        ("refuses", "^not like this$"),
        ("wrong", "gave a str, not a clipcause.subsets.selection.Selection"),
        ("absent", "has no function 'absent'"),
        ("twice", "holds 5 uids again"),
        ("heavy", "has 5 weights that are no numbers of 0 or more"),
        ("moves", "it may change caption, label, weight"),
        ("leaves", "failed: SystemExit: 0"),
        ("wordy", "failed: ValueError: a line$"),
        ("nonsense", "is no valid SQL .*nowhere"),
    ],
)
def test_what_is_wrong_with_it_is_said(pool, subset, tmp_path, function, message):
    (tmp_path / "mine.py").write_text(MINE)
    with pytest.raises(UserError, match=message):
        subset("c", {"web": pool}, method="custom", module=str(tmp_path / "mine.py"), function=function, options={})
    assert not (tmp_path / "c.parquet").exists()


@pytest.mark.parametrize(("name", "text"), [("mine.py", "import nothing_of_that_name"), ("mine.txt", "x = 1")])
def test_a_file_that_cannot_be_run_is_named(pool, subset, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=f"subset c: .*{name}"):
        subset("c", {"web": pool}, method="custom", module=str(tmp_path / name), function="f", options={})
