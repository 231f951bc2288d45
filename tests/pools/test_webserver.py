"""The loopback web server, asked as a client would."""

import time
import urllib.error
import urllib.request
import zipfile

import pytest

from clipcause.errors import UserError
from clipcause.pools.webserver import serve


@pytest.fixture(params=["folder", "zip"])
def small_site(request, tmp_path):
    (tmp_path / "secret.txt").write_text("not for the web")
    if request.param == "folder":
        (tmp_path / "site" / "img").mkdir(parents=True)
        (tmp_path / "site" / "img" / "a b.jpg").write_bytes(b"picture")
        return tmp_path / "site"
    with zipfile.ZipFile(tmp_path / "site.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("img/a b.jpg", b"picture")
    return tmp_path / "site.zip"


def test_it_answers_on_loopback_alone(small_site):
    with serve(small_site) as base:
        assert base.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(base + "img/a%20b.jpg") as answer:
            assert answer.read() == b"picture"
            assert answer.headers["Content-Type"] == "image/jpeg"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(base, timeout=1)


@pytest.mark.parametrize("path", ["gone.jpg", "img", "../secret.txt", "%2e%2e/secret.txt"])
def test_what_is_not_on_the_site_is_404(small_site, path):
    with serve(small_site) as base, pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(base + path)


def test_a_delay_makes_it_wait(small_site):
    with serve(small_site) as base:
        began = time.monotonic()
        urllib.request.urlopen(base + "img/a%20b.jpg?delay=0.2").close()
        assert time.monotonic() - began >= 0.2


def test_what_is_neither_folder_nor_zip_is_named(tmp_path):
    (tmp_path / "site.zip").write_bytes(b"no zip")
    with (
        pytest.raises(UserError, match=r"site\.zip: neither a folder nor a readable zip"),
        serve(tmp_path / "site.zip"),
    ):
        pass
