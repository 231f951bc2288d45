"""Outputs are written whole or not at all."""

import os
import subprocess
import sys

import pytest

from clipcause.files.outputs import read_json, settings_digest, whole, write_json, write_text


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(RuntimeError), whole(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_kill_while_writing_leaves_the_old_file(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    script = (
        "import os, sys; from clipcause.files.outputs import whole\n"
        "with whole(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half'); os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, tmp_path / "a.txt"]).returncode == -9
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_directory_replaces_the_directory_that_stood_there(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "stale").touch()
    with whole(tmp_path / "d") as temporary:
        temporary.mkdir()
        (temporary / "fresh").touch()
    assert [file.name for file in (tmp_path / "d").iterdir()] == ["fresh"]


def test_the_temporary_name_keeps_the_suffix(tmp_path):
    with whole(tmp_path / "a.parquet") as temporary:
        assert temporary.suffix == ".parquet"
        temporary.touch()


def test_json_refuses_what_json_cannot_say(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert not list(tmp_path.iterdir())
    write_json(tmp_path / "a.json", {"title": "Thaddäus"})
    assert read_json(tmp_path / "a.json") == {"title": "Thaddäus"}


def test_settings_have_one_digest_however_their_keys_are_ordered():
    assert settings_digest({"a": 1, "b": 2}) == settings_digest({"b": 2, "a": 1}) != settings_digest({"a": 1, "b": 3})


def test_what_a_kill_left_goes_when_the_path_is_written_again(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".d.{dead.pid}.part").mkdir()
    (tmp_path / f".d.{dead.pid}.part" / "half").touch()
    others = [
        tmp_path / f".d.{os.getppid()}.part",
        tmp_path / f".d.{dead.pid}.part.txt",
        tmp_path / f".e.{dead.pid}.part",
    ]
    for other in others:
        other.touch()
    with whole(tmp_path / "d") as temporary:
        temporary.touch()
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "d", *others]), "what others write stays"


def test_the_log_of_an_unfinished_database_goes_with_it(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".a.{dead.pid}.part.duckdb.wal").touch()
    with pytest.raises(RuntimeError), whole(tmp_path / "a.duckdb") as temporary:
        temporary.with_name(f"{temporary.name}.wal").touch()
        raise RuntimeError
    assert not list(tmp_path.iterdir())
