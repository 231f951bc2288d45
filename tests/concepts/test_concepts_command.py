"""The command line: a count as the README shows it, errors of one line, parts, merging."""

import json
import os
import re
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.concepts.__main__ import main

PATH = os.pathsep.join(sys.path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder: captions, a vocabulary, exclusions."""
    captions = ["two dogs", "a crane and a bird", "a crane", None, "wolves", "a dog, a wolf"]
    table = {"caption": pa.array(captions, pa.string()), "uid": list("abcdef"), "species": list("dccdwd")}
    pq.write_table(pa.table(table), tmp_path / "captions.parquet")
    (tmp_path / "concepts.json").write_text('{"d": ["dog"], "c": ["crane (machine)"], "w": ["wolf"]}')
    (tmp_path / "excluded.csv").write_text("concept,excluded\nc,bird\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


COUNT = [
    *("count", "--captions", "captions.parquet", "--caption-column", "caption", "--vocabulary", "concepts.json"),
    *("--exclude", "excluded.csv", "--match", "lemma", "--output", "frequency.parquet"),
]


def call(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["concepts", *map(str, arguments)])
    return main()


def counts(path):
    return {row["concept"]: row["captions"] for row in pq.read_table(path).to_pylist()}


def test_a_count_from_the_shell(folder, wordnet_folder):
    command = [sys.executable, "-m", "clipcause.concepts", *COUNT, "--lemmatizer", "wordnet"]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": PATH})
    assert ran.returncode == 0, ran.stderr
    assert counts(folder / "frequency.parquet") == {"c": 1, "d": 2, "w": 2}
    assert ran.stdout == ""
    assert ran.stderr == "4 of 6 captions mention a concept (1 are NULL); 3 of 3 concepts occur\n"


def test_a_missing_column_is_one_line_and_status_1(folder):
    command = [sys.executable, "-m", "clipcause.concepts", *COUNT, "--caption-column", "text"]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": PATH})
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr == "error: captions.parquet: no caption column 'text'; it has caption, uid, species\n"
    assert not (folder / "frequency.parquet").exists()


def test_words_card_and_labels(folder, monkeypatch):
    files = ["--words", "words.parquet", "--card", "card.json", "--label-column", "species", "--threads", "2"]
    assert call(monkeypatch, *COUNT, *files, "--log", "logs/count.log") == 0
    card = json.loads((folder / "card.json").read_text())
    assert (card["captions"], card["null"], card["matched"], card["lemmatizer"]) == (6, 1, 4, "plurals")
    assert card["precision"] == 4 / 5 and card["recall"] == 4 / 6
    assert pq.read_table(folder / "words.parquet").num_rows == 9
    assert "4 of 6 captions" in (folder / "logs" / "count.log").read_text()


@pytest.mark.parametrize("rule", ["phrase", "phrase-cased", "substring"])
def test_other_rules_need_no_lemmatizer(folder, monkeypatch, rule):
    monkeypatch.setattr("clipcause.concepts.lemmatizers.wordnet.PLACES", ())
    assert call(monkeypatch, *COUNT, "--match", rule, "--lemmatizer", "wordnet") == 0
    assert counts(folder / "frequency.parquet") == {"c": 1, "d": 1, "w": 1}


def test_matches(folder, monkeypatch):
    command = ["match", *COUNT[1:-1], "matches.parquet", "--uid-column", "uid"]
    assert call(monkeypatch, *command) == 0
    pairs = [tuple(row.values()) for row in pq.read_table(folder / "matches.parquet").to_pylist()]
    assert pairs == [("a", "d"), ("c", "c"), ("e", "w"), ("f", "d"), ("f", "w")]


def test_parts_are_counted_then_merged(folder, monkeypatch):
    assert call(monkeypatch, *COUNT, "--words", "words.parquet", "--card", "card.json") == 0
    numbers = (1, 2, 3, 4)
    for part in numbers:
        into = ["--output", f"part-{part}.parquet", "--words", f"words-{part}.parquet"]
        assert call(monkeypatch, *COUNT, "--part", f"{part}/4", *into) == 0
    parts, words = ([f"{kind}-{part}.parquet" for part in numbers] for kind in ("part", "words"))
    into = ["--output", "sum.parquet", "--words-output", "sum-words.parquet", "--card", "sum.json"]
    assert call(monkeypatch, "merge", "--frequencies", *parts, "--words", *words, *into) == 0
    assert (folder / "sum.parquet").read_bytes() == (folder / "frequency.parquet").read_bytes()
    assert (folder / "sum.json").read_bytes() == (folder / "card.json").read_bytes()
    assert pq.read_table("sum-words.parquet").to_pylist() == pq.read_table("words.parquet").to_pylist()


def test_figures(folder, monkeypatch):
    assert call(monkeypatch, *COUNT) == 0
    drawing = ["figures", "--vocabulary", "objects", "--output", "figures", "--frequencies", "frequency.parquet"]
    assert call(monkeypatch, *drawing, "--names", "pools/diverse") == 0
    index = json.loads((folder / "figures" / "index.json").read_text())
    assert "pool diverse" in index[1]["caption"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["--part", "4/3"], "'4/3' is not a part such as 1/8 or 8/8"),
        (["--part", "0/3"], "'0/3' is not a part"),
        (["--part", "2"], "'2' is not a part"),
        (["--part", "-1/2"], "'-1/2' is not a part"),
        (["--match", "words"], "invalid choice: 'words'"),
        (["--lemmatizer", "porter"], "invalid choice: 'porter'"),
        (["--threads", "two"], "'two' is not a whole number above 0"),
    ],
)
def test_wrong_arguments_are_refused(folder, monkeypatch, capsys, changed, message):
    arguments = [f"{changed[0]}={changed[1]}"]
    with pytest.raises(SystemExit) as stopped:
        call(monkeypatch, *COUNT, *arguments)
    assert stopped.value.code == 2 and message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*COUNT, "--captions", "gone.parquet"], r"gone\.parquet: .*"),
        ([*COUNT, "--vocabulary", "gone.json"], r"gone\.json: the vocabulary cannot be read .*"),
        ([*COUNT, "--exclude", "gone.csv"], r"gone\.csv: .* cannot be read .*"),
        ([*COUNT, "--lemmatizer", "wordnet", "--wordnet", "gone"], r"WordNet's .* not in gone; .*wordnet-base.*"),
        ([*COUNT, "--label-column", "label"], r"captions\.parquet: no label column 'label'; it has .*"),
        ([*COUNT, "--threads", "0"], r".*threads.*"),
        (
            ["merge", "--frequencies", "captions.parquet", "--output", "sum.parquet"],
            r"captions\.parquet: is no table .*",
        ),
        (
            ["merge", "--frequencies", "f.parquet", "--words", "w.parquet", "--output", "sum.parquet"],
            r".*words-output.*",
        ),
        (
            ["figures", "--vocabulary", "v", "--names", "a", "b", "--frequencies", "f.parquet", "--output", "x"],
            ".*names.*",
        ),
    ],
)
def test_what_a_user_can_mend_is_one_line(folder, monkeypatch, capsys, arguments, message):
    if "f.parquet" in arguments:
        assert call(monkeypatch, *COUNT, "--output", "f.parquet", "--words", "w.parquet") == 0
        capsys.readouterr()
    try:
        status = call(monkeypatch, *arguments)
    except SystemExit as stopped:  # the parser's own
        status = stopped.code
    assert status in (1, 2)
    said = capsys.readouterr().err.splitlines()
    assert re.fullmatch(rf".*error: {message}", said[-1]) and "Traceback (most recent call last):" not in said
    assert not (folder / "sum.parquet").exists()
