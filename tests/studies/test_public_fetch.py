"""What others published is fetched by its digest; whatever else a server answers leaves nothing behind but a remedy."""

import hashlib
from contextlib import contextmanager

import pytest

from clipcause.errors import UserError
from clipcause.pools.webserver import serve
from clipcause.studies.__main__ import main
from clipcause.studies.public import fetch
from clipcause.web import download
from loopback import served

TABLE = b"name,pretrained\nRN50,openai\n"
DIGEST = hashlib.sha256(TABLE).hexdigest()
REMEDY = r"bring the table as a CSV and set published\.tables\.models\.path to it"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(download, "WAIT_SECONDS", 0)


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    (folder / "results.csv").write_bytes(TABLE)
    (folder / "deep/counts.json").write_bytes(b"{}")
    (folder / "page.csv").write_bytes(b"\n<!DOCTYPE html><html><title>Not found</title></html>")
    return folder


@contextmanager
def failing(statuses, missing=0):
    """A server that answers with these statuses in turn, then with the table, of which bytes may be `missing`.

    Yields its URL and the paths that were asked for.
    """
    asked, left = [], list(statuses)

    def answer(request):
        asked.append(request.path)
        request.send_response(left.pop(0) if left else 200)
        request.send_header("Content-Length", str(len(TABLE) + missing))
        request.end_headers()
        request.wfile.write(TABLE)

    with served(answer) as base:
        yield base, asked


def test_files_come_as_they_are(site, tmp_path):
    output = tmp_path / "downloads/models"
    with serve(site) as base:
        files = {"results.csv": DIGEST, "deep/counts.json": None}
        fetch.fetch_files("models", base, files, output)
    assert (output / "results.csv").read_bytes() == TABLE
    assert (output / "deep/counts.json").read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("file", "digest", "message"),
    [
        ("gone.csv", None, r"gone\.csv: cannot be fetched \(HTTP Error 404"),
        (
            "results.csv",
            "ab" * 32,
            rf"results\.csv: has the SHA-256 {DIGEST}, not (ab){{32}}",
        ),
        ("page.csv", None, r"page\.csv: is a web page, not the file"),
        ("page.csv", "ab" * 32, r"page\.csv: is a web page, not the file"),
    ],
)
def test_anything_else_is_refused_with_the_remedy(site, tmp_path, file, digest, message):
    with serve(site) as base, pytest.raises(UserError, match=rf"{message}.*{REMEDY}"):
        fetch.fetch_files("models", base, {"results.csv": None, file: digest}, tmp_path / "models")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("base", ["http://127.0.0.1:1", "no url", "nothing://127.0.0.1"])
def test_a_url_that_leads_nowhere_is_named(tmp_path, base):
    with pytest.raises(UserError, match=f"{base}/a.csv: cannot be fetched .*{REMEDY}"):
        fetch.fetch_files("models", base, {"a.csv": None}, tmp_path / "models")
    assert list(tmp_path.iterdir()) == []


def test_what_fails_for_now_is_asked_for_again(tmp_path):
    with failing([503, 429]) as (base, asked):
        fetch.fetch_files("models", base, {"a.csv": None}, tmp_path / "models")
    assert asked == ["/a.csv"] * 3
    assert (tmp_path / "models/a.csv").read_bytes() == TABLE


@pytest.mark.parametrize(("statuses", "times"), [([500] * 9, download.ATTEMPTS), ([403] * 9, 1)])
def test_it_gives_up_in_the_end_and_at_once_where_asking_is_no_use(tmp_path, statuses, times):
    with failing(statuses) as (base, asked), pytest.raises(UserError, match=f"HTTP Error {statuses[0]}"):
        fetch.fetch_files("models", base, {"a.csv": None}, tmp_path / "models")
    assert len(asked) == times


def test_an_answer_that_is_cut_short_is_asked_for_again_and_refused(tmp_path):
    with failing([], missing=1) as (base, asked), pytest.raises(UserError, match="IncompleteRead"):
        fetch.fetch_files("models", base, {"a.csv": None}, tmp_path / "models")
    assert len(asked) == download.ATTEMPTS and list(tmp_path.iterdir()) == []


def test_commands(site, tmp_path, capsys):
    folder, table = tmp_path / "models", tmp_path / "models.csv"
    fetching = ["fetch", "--table", "models", "--output", str(folder), "--files", '{"results.csv": null}']
    with serve(site) as base:
        assert main([*fetching, "--base", base]) == 0
    making = ["tabulate", "--table", "models", "--files", str(folder), "--output", str(table)]
    assert main([*making, "--layout", "table"]) == 0
    assert table.read_bytes() == TABLE
    assert main([*making, "--layout", "timm"]) == 1
    assert "published.tables.models.path" in capsys.readouterr().err
