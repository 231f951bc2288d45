"""Tables that lie elsewhere are brought here, whole or not at all, from real servers on loopback."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import fsspec
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json
from clipcause.pools.sources import fetch_sources, table_files
from clipcause.pools.webserver import serve
from clipcause.web import download
from loopback import served


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(download, "WAIT_SECONDS", 0)


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    for name in ("one.tsv", "deep/two.tsv"):
        (folder / name).write_text(f"{name}\n")
    return folder


def contents(metadata, fetched):
    return [Path(file).read_bytes() for file in table_files(metadata, fetched)]


@contextmanager
def cutting(content, pieces, tag='"v1"'):
    """A server that sends only so many bytes in each answer, in turn, then all; yields its URL and the ranges asked."""
    asked, left = [], list(pieces)

    def answer(request):
        wanted = request.headers.get("Range")
        asked.append(wanted)
        begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and request.headers["If-Range"] == tag else 0
        request.send_response(206 if begin else 200)
        request.send_header("Content-Length", str(len(content) - begin))
        if tag:
            request.send_header("ETag", tag)
        request.end_headers()
        request.wfile.write(content[begin:][: left.pop(0) if left else None])

    with served(answer) as base:
        yield base, asked


def test_files_come_whole_with_a_list_of_them(site, tmp_path):
    output = tmp_path / "pool/sources"
    with serve(site) as base:
        addresses = [f"{base}deep/two.tsv?download=true", f"{base}one.tsv"]
        fetch_sources(addresses, output)
    metadata = [addresses[1], str(site / "one.tsv"), addresses[0]]
    assert contents(metadata, output) == [b"one.tsv\n", b"one.tsv\n", b"deep/two.tsv\n"]
    assert all(file.endswith(".tsv") for file in table_files(metadata, output))
    listed = read_json(output / "sources.json")
    assert [source["address"] for source in listed] == addresses
    assert [source["bytes"] for source in listed] == [13, 8]
    assert listed[0]["sha256"] == file_digest(site / "deep/two.tsv")
    assert [path.name for path in output.parent.iterdir()] == ["sources"], "nothing else is left"


def test_a_dead_link_is_named_and_what_came_before_waits_for_the_next_attempt(site, tmp_path):
    output = tmp_path / "pool/sources"
    with serve(site) as base:
        addresses = [f"{base}one.tsv", f"{base}gone.tsv"]
        with pytest.raises(UserError, match=r"gone\.tsv: cannot be fetched \(HTTP Error 404.*mend the URL, or bring"):
            fetch_sources(addresses, output)
        assert not output.exists()
        (site / "one.tsv").unlink()
        (site / "gone.tsv").write_text("found\n")
        fetch_sources(addresses, output)
    assert contents(addresses, output) == [b"one.tsv\n", b"found\n"]


@pytest.mark.parametrize("tag", ['"v1"', None])
def test_what_is_cut_off_is_asked_for_again(tmp_path, tag):
    content = bytes(range(256)) * 40
    with cutting(content, [1000, 5000], tag) as (base, asked):
        fetch_sources([f"{base}/table.parquet"], tmp_path / "sources")
    assert contents([f"{base}/table.parquet"], tmp_path / "sources") == [content]
    assert asked == ([None, "bytes=1000-", "bytes=6000-"] if tag else [None, None, None])


def test_a_server_that_never_sends_all_leaves_nothing(tmp_path):
    with (
        cutting(bytes(10_000), [10] * 20) as (base, _),
        pytest.raises(UserError, match=r"table\.parquet: cannot be fetched \(IncompleteRead.*; mend the URL"),
    ):
        fetch_sources([f"{base}/table.parquet"], tmp_path / "sources")
    assert not (tmp_path / "sources").exists() and not list(tmp_path.glob(".sources.*/00/*"))


def test_other_protocols_come_through_fsspec_with_globs(tmp_path):
    memory = fsspec.filesystem("memory")
    for name in ("b-1.csv", "b-0.csv", "deep/b-0.csv"):
        memory.pipe(f"/set/{name}", name.encode())
    addresses = ["memory://set/b-*.csv", "memory://set/deep/b-0.csv"]
    fetch_sources(addresses, tmp_path / "sources")
    assert contents(addresses, tmp_path / "sources") == [b"b-0.csv", b"b-1.csv", b"deep/b-0.csv"]


HUB = """
import sys
from pathlib import Path
from clipcause.errors import UserError
from clipcause.pools.sources import fetch_sources

try:
    fetch_sources([sys.argv[1]], Path(sys.argv[2]))
except UserError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def hub():
    """The Hugging Face hub, as far as it is asked here: a data set for everyone, and one that is gated."""
    files = {f"data/{name}.tsv": name.encode() for name in ("b", "a")}
    listed = [{"type": "file", "oid": "1" * 40, "size": len(files[path]), "path": path} for path in files]

    def send(request, status, content=b"", headers=None):
        request.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(content)

    def answer(request):
        path = urlsplit(request.path).path
        if path.startswith("/datasets/some/gated/resolve/") and request.headers["Authorization"] != "Bearer hf_good":
            why = {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access to dataset some/gated is restricted."}
            return send(request, 401, headers=why)
        if path.endswith("/tree/main/data"):
            return send(request, 200, json.dumps(listed).encode())
        if path.endswith("/tree/main"):
            return send(request, 200, json.dumps([{"type": "directory", "oid": "1" * 40, "path": "data"}]).encode())
        if path.startswith(("/api/datasets/some/set", "/api/datasets/some/gated")):
            return send(request, 200, json.dumps({"id": "some/set", "sha": "a" * 40, "siblings": []}).encode())
        if content := files.get(path.partition("/resolve/main/")[2]):
            return send(request, 200, content, {"ETag": '"1"', "X-Repo-Commit": "a" * 40})
        return send(request, 404, headers={"X-Error-Code": "RepoNotFound"})

    with served(answer) as base:
        yield base


def from_hub(hub, address, output, token="") -> str:
    """What a process of its own tells, which reads where the hub is as it starts."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    settings = {"HF_ENDPOINT": hub, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(output.parent / "home")}
    settings |= {"HF_TOKEN": token} if token else {}
    command = [sys.executable, "-c", HUB, address, str(output)]
    return subprocess.run(command, env=outside | settings, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("hf://datasets/some/set/data/*.tsv", [b"a", b"b"]),
        ("hf://datasets/some/set/data/b.tsv", [b"b"]),
        ("hf://datasets/some/gated/data/a.tsv", [b"a"]),
    ],
)
def test_tables_come_from_the_hub(hub, tmp_path, address, found):
    assert from_hub(hub, address, tmp_path / "sources", token="hf_good") == ""
    assert contents([address], tmp_path / "sources") == found


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("hf://datasets/some/gated/data/a.tsv", "Access to dataset some/gated is restricted"),
        ("hf://datasets/some/set/data/gone.tsv", "there is no such file"),
        ("hf://datasets/some/set/data/none-*.tsv", "there is no such file"),
        ("hf://datasets/nobody/nothing/a.tsv", "there is no such file"),
    ],
)
def test_what_the_hub_refuses_is_told_with_the_remedy(hub, tmp_path, address, reason):
    told = from_hub(hub, address, tmp_path / "sources")
    assert told.startswith(f"{address}: ") and reason in told
    assert "accept its terms on its page and log in (`hf auth login` or HF_TOKEN)" in told
    assert not (tmp_path / "sources").exists()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://set/none-*.csv", "there is no such file; mend the URL"),
        ("memory://nowhere.csv", "there is no such file; mend the URL"),
        ("nothing://host/x.csv", "Protocol not known: nothing; give an http"),
        ("http://127.0.0.1:1/x.csv", r"cannot be fetched \(.*refused.*mend the URL"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(tmp_path, address, message):
    with pytest.raises(UserError, match=message) as caught:
        fetch_sources([address], tmp_path / "sources")
    assert str(caught.value).startswith(f"{address}: ")
    assert not (tmp_path / "sources").exists()


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UserError, match=r"s3://bucket/x\.csv: a package is missing; Install s3fs .*`pip install s3fs`"):
        fetch_sources(["s3://bucket/x.csv"], tmp_path / "sources")
