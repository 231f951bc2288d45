"""Test sets are fetched from a hub or any web server; what cannot be had is named with its remedy."""

import re
import shutil
from contextlib import contextmanager

import pytest

from clipcause.errors import UserError
from clipcause.files.benchmark_layout import read_testset, write_testset
from clipcause.files.tarshards import write_shard
from clipcause.testsets.__main__ import main
from clipcause.testsets.fetch import fetch_testset
from clipcause.testsets.index import index_folder
from clipcause.web import download
from clipcause.web.hub import endpoint
from loopback import served

PAGE = "/datasets/clip-benchmark/wds_cats"
FILES = f"{PAGE}/resolve/main"
URL = "hf://datasets/clip-benchmark/wds_cats"


@pytest.fixture(autouse=True)
def without_token(monkeypatch, tmp_path):
    monkeypatch.setattr(download, "WAIT_SECONDS", 0)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no token"))


@pytest.fixture
def original(tmp_path, jpeg):
    """A test set of two shards, which has no dataset_type.txt, as the hub's."""
    folder = tmp_path / "original"
    write_testset(folder, [(jpeg(0), 0), (jpeg(1), 1)], ["cat", "dog"], ["a {c}."])
    write_shard(folder / "test/1.tar", [("s0000002.webp", jpeg(2)), ("s0000002.cls", b"1")])
    (folder / "test/nshards.txt").write_text("2")
    (folder / "dataset_type.txt").unlink()
    return folder


@contextmanager
def hub(folder, monkeypatch, token=None, missing=()):
    """A hub with one data set; which redirects to large files. Yields what was asked, with tokens."""
    asked = []

    def answer(request):
        asked.append((request.path, request.headers.get("Authorization")))
        file = request.path.removeprefix(FILES).removeprefix("/storage").lstrip("/")
        if request.path.startswith(FILES) and token and request.headers.get("Authorization") != f"Bearer {token}":
            return request.send_error(401)
        if file in missing or not (folder / file).is_file():
            return request.send_error(404)
        if request.path.startswith(FILES) and file.endswith(".tar"):
            request.send_response(302)
            request.send_header("Location", f"http://localhost:{request.server.server_port}/storage/{file}")
            request.send_header("Content-Length", "0")
            return request.end_headers()
        content = (folder / file).read_bytes()
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    with served(answer) as base:
        monkeypatch.setenv("HF_ENDPOINT", base)
        yield asked


def test_a_data_set_of_the_hub_comes_whole(original, tmp_path, monkeypatch):
    folder = tmp_path / "cats/folder"
    with hub(original, monkeypatch):
        fetch_testset("cats", URL, "test", folder)
    assert {path.name for path in (tmp_path / "cats").iterdir()} == {"folder"}
    assert read_testset(folder).classnames == ["cat", "dog"]
    for file in ("test/0.tar", "test/1.tar", "classnames.txt", "zeroshot_classification_templates.txt"):
        assert (folder / file).read_bytes() == (original / file).read_bytes()
    index_folder(folder, tmp_path / "samples.parquet", tmp_path / "testset.json")


def test_a_folder_of_any_web_server_and_a_split_and_a_retrieval_set(original, tmp_path, monkeypatch, jpeg):
    captions = tmp_path / "captions"
    write_testset(captions, [(jpeg(0), ["a cat", "one cat"])])
    (captions / "test").rename(captions / "train")
    with hub(captions, monkeypatch) as asked:
        fetch_testset("captions", f"{endpoint()}{FILES}", "train", tmp_path / "it/folder")
    assert read_testset(tmp_path / "it/folder").kind == "retrieval"
    assert f"{FILES}/classnames.txt" not in [path for path, _ in asked]


def test_a_gated_one_asks_for_the_token_and_tells_it_nobody_else(original, tmp_path, monkeypatch):
    with hub(original, monkeypatch, token="secret") as asked:
        gated = re.compile(
            rf"no token is set: accept its terms at http://\S+{PAGE}, then run `hf auth login` or set HF_TOKEN"
        )
        with pytest.raises(UserError, match=gated):
            fetch_testset("cats", URL, "test", tmp_path / "folder")
        monkeypatch.setenv("HF_TOKEN", "wrong")
        with pytest.raises(UserError, match=r"401.*the token in use may not read it: accept its terms"):
            fetch_testset("cats", URL, "test", tmp_path / "folder")
        monkeypatch.setenv("HF_TOKEN", "secret")
        fetch_testset("cats", URL, "test", tmp_path / "folder")
    stored = [token for path, token in asked if path.startswith("/storage")]
    assert stored == [None, None], "the storage that the hub redirects to has no business with the token"


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("classnames.txt", r"classnames\.txt: cannot be fetched .*404.*mend testsets\.cats\.url"),
        ("test/nshards.txt", r"nshards\.txt: cannot be fetched .*404"),
        ("test/1.tar", r"test/1\.tar: cannot be fetched .*404.*bring the folder, with testsets\.cats"),
    ],
)
def test_a_missing_file_is_named_and_no_folder_is_left(original, tmp_path, monkeypatch, missing, message):
    with hub(original, monkeypatch, missing=[missing]), pytest.raises(UserError, match=message):
        fetch_testset("cats", URL, "test", tmp_path / "cats/folder")
    assert not (tmp_path / "cats/folder").exists()


def test_what_came_before_it_broke_off_is_not_fetched_again(original, tmp_path, monkeypatch):
    folder = tmp_path / "cats/folder"
    with hub(original, monkeypatch, missing=["test/1.tar"]), pytest.raises(UserError):
        fetch_testset("cats", URL, "test", folder)
    (begun,) = (tmp_path / "cats").iterdir()
    (begun / "test/.1.77.part.tar").write_bytes(b"cut short by a kill")
    with hub(original, monkeypatch) as asked:
        fetch_testset("cats", URL, "test", folder)
    assert [path for path, _ in asked if path.endswith(".tar")] == [f"{FILES}/test/1.tar", "/storage/test/1.tar"]
    assert sorted(path.name for path in (folder / "test").iterdir()) == ["0.tar", "1.tar", "nshards.txt"]
    assert [path.name for path in (tmp_path / "cats").iterdir()] == ["folder"]


def test_a_web_page_is_no_test_set(original, tmp_path, monkeypatch):
    (original / "classnames.txt").write_text("\n<!DOCTYPE html><title>Sign in</title>")
    with hub(original, monkeypatch), pytest.raises(UserError, match=r"classnames\.txt: is a web page, not a file"):
        fetch_testset("cats", URL, "test", tmp_path / "folder")


def test_a_server_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"test set cats: http://127\.0\.0\.1:1/dataset_type\.txt: cannot be fetched"):
        fetch_testset("cats", "http://127.0.0.1:1", "test", tmp_path / "folder")


def test_the_command(original, tmp_path, monkeypatch, capsys):
    command = ["fetch", "--name", "cats", "--url", URL, "--folder", str(tmp_path / "folder")]
    with hub(original, monkeypatch):
        assert main_with(monkeypatch, *command) == 0
        shutil.rmtree(tmp_path / "folder")
        assert main_with(monkeypatch, *command, "--split", "train") == 1
    assert "train/nshards.txt: cannot be fetched" in capsys.readouterr().err


def main_with(monkeypatch, *arguments):
    """The status of the command with these arguments."""
    monkeypatch.setattr("sys.argv", ["clipcause.testsets", *arguments])
    return main()
