"""Lines of progress are read back from logs as they were meant."""

import logging
import os
from types import SimpleNamespace

import pytest

from clipcause.job import command, progress
from clipcause.job.progress import Progress
from clipcause.session.logs import last_lines, last_progress
from clipcause.session.progress_lines import Reported, read_line


@pytest.fixture
def written(monkeypatch, caplog):
    """A function (name, total, unit, done) -> the line that is logged when `done` is reached in ten seconds."""

    def line(name: str, total: int | None, unit: str, done: int) -> str:
        clock = iter((100.0, 110.0))
        monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        Progress(name, total, unit).update(done)
        return caplog.messages[-1]

    caplog.set_level(logging.INFO, logger="clipcause")
    return line


def test_a_line_is_read_back(written):
    assert read_line(written("index", 200_000, "rows", 50_000)) == Reported(5000, "rows", 0.25)
    assert read_line(written("longtail/clip seed 1 (2 of 4)", 1000, "samples", 600)) == Reported(60, "samples", 0.4)


def test_a_phase_and_an_open_end_have_a_speed_only(written):
    assert read_line(written("longtail/clip seed 1 (2 of 3): reading images", 100, "images", 50)).share is None
    assert read_line(written("captions", None, "captions", 12_340)) == Reported(1234, "captions", None)


@pytest.mark.parametrize("line", ["", "error: 61 % of it", "longtail/clip seed 0: done, 5,934 samples/s", "a: 5 %"])
def test_other_lines_are_none(line):
    assert read_line(line) is None


def test_the_last_line_counts_and_no_older_log(tmp_path):
    log = tmp_path / "train.log"
    log.write_text("pool: 10 %, 5 rows/s, 9 s left\nsomething\npool: 20 %, 7 rows/s, 8 s left\n\nto disk\n")
    began = log.stat().st_mtime
    assert last_progress([str(tmp_path / "none.log"), str(log)], began) == Reported(7, "rows", 0.2)
    assert last_lines([str(log)], began, 2) == (str(log), ["pool: 20 %, 7 rows/s, 8 s left", "to disk"])
    os.utime(log, (began - 100, began - 100))
    assert last_progress([str(log)], began) is None
    assert last_lines([str(log)], began, 2) == (None, [])


def test_a_job_leaves_the_terminal_to_who_shows_its_log(tmp_path, capsys, monkeypatch):
    def act(arguments: object) -> None:
        command.log.info("half done")
        command.log.warning("careful")

    def told() -> str:
        parser, add = command.new_parser("stage", "")
        add("act", act, "")
        assert command.run(parser, ["act", "--log", str(tmp_path / "log")]) == 0
        *said, took = (tmp_path / "log").read_text().splitlines()
        assert said == ["half done", "careful"] and took.startswith("took ")
        return capsys.readouterr().err

    monkeypatch.delenv(command.TERMINAL, raising=False)
    assert told() == "half done\ncareful\n"
    monkeypatch.setenv(command.TERMINAL, "1")
    assert told() == "careful\n"
