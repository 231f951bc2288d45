"""Names that are found and not, and a hub on loopback."""

import socket
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.doctor import network
from clipcause.doctor.finding import OK, PROBLEM, WARNING
from clipcause.doctor.needs import hosts_of
from clipcause.doctor.network import check_hub, check_names
from loopback import served

NOWHERE = ["a.invalid", "b.invalid", "c.invalid"]


@pytest.fixture
def known(monkeypatch):
    """A DNS that knows localhost alone."""

    def look_up(host, port):
        if host != "localhost":
            raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture
def hub(monkeypatch):
    """A function (status) -> the hub is a server on loopback that answers so; None: nobody listens there any more."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", "made-up")
    with ExitStack() as servers:

        def serve(status: int | None) -> None:
            def answer(request: BaseHTTPRequestHandler) -> None:
                request.send_response(status)
                request.end_headers()

            monkeypatch.setattr(constants, "ENDPOINT", servers.enter_context(served(answer)))
            if status is None:
                servers.close()

        yield serve


@pytest.mark.parametrize(
    ("hosts", "level"),
    [(["localhost"], OK), (["localhost", "a.invalid"], OK), (["localhost", *NOWHERE], WARNING), (NOWHERE, PROBLEM)],
)
def test_names_of_a_pool_s_hosts_are_looked_up(known, hosts, level):
    (found,) = check_names("cc3m", hosts, urls=3000)
    assert found.level == level and found.says.startswith("cc3m: ")


@pytest.mark.parametrize(("resolver", "warned"), [("nameserver 10.0.0.2\n", True), ("nameserver 127.0.0.1\n", False)])
def test_a_large_pool_wants_a_resolver_of_its_own(known, tmp_path, monkeypatch, resolver, warned):
    (tmp_path / "resolv.conf").write_text(f"# made\n{resolver}")
    monkeypatch.setattr(network, "RESOLVER", tmp_path / "resolv.conf")
    found = list(check_names("laion", ["localhost"], urls=400_000_000))
    assert [each.level for each in found] == [OK, WARNING][: 1 + warned]


def test_hosts_are_those_of_a_pool_s_urls_or_of_its_tables_until_they_are_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("urls.csv").write_text("url\nhttps://a.org/1.jpg\nhttps://b.org/2.jpg\nhttps://a.org/3.jpg\nnone\n")

    def hosts(**settings: object) -> list[str]:
        pool = {"metadata": "urls.csv", "url": "url", "columns": None, "quoted": True}
        return hosts_of({"pools": {"web": pool | settings}}, "web")

    assert hosts() == ["a.org", "b.org"]
    assert hosts(url="link") == []
    assert hosts(metadata=["https://c.org/urls.csv", "hf://datasets/owner/name/urls.csv"]) == ["c.org"]
    Path("results/pools/web").mkdir(parents=True)
    pq.write_table(pa.table({"address": ["https://d.org/1.jpg", None]}), "results/pools/web/metadata.parquet")
    assert hosts(metadata=["https://c.org/urls.csv"]) == ["d.org"]


@pytest.mark.parametrize(("status", "level"), [(200, OK), (503, WARNING), (None, PROBLEM)])
def test_the_hub_is_asked(hub, status, level):
    hub(status)
    found, token = check_hub(["embedders.public"], {})
    assert found.level == level and "embedders.public" in found.says
    assert token.level == OK


def test_offline_says_so_and_asks_nobody(monkeypatch):
    monkeypatch.setattr(network.urllib.request, "urlopen", None)
    (found,) = check_hub(["embedders.public"], {"HF_HUB_OFFLINE": "1"})
    assert found.level == WARNING and "HF_HUB_OFFLINE" in found.remedy


def test_without_a_token_what_is_gated_is_refused(hub, monkeypatch):
    import huggingface_hub

    hub(200)
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    *_, token = check_hub(["embedders.public"], {})
    assert token.level == WARNING and "HF_TOKEN" in token.remedy
