"""A client on loopback: answers within bounds, hosts that never end, that trickle, that lead astray, that refuse."""

import socket
import threading
from contextlib import contextmanager

import pytest

from clipcause.pools.bounded import Client, RefusedError
from clipcause.pools.failures import error_class

SHORT = {"timeout": 5, "deadline": 1, "most_bytes": 1000}
LONG = SHORT | {"deadline": 60}


@contextmanager
def host(speak, asked=None):
    """A host that answers each connection by `speak(send)` once it has read the request; yields its URL.

    Requests are added to the list `asked`.
    """
    over = threading.Event()

    def answer(connection):
        with connection:
            try:
                request = connection.recv(65536)
                if asked is not None:
                    asked.append(request)
                speak(connection.sendall, over)
            except OSError:
                pass  # the client hung up

    def serve(listening):
        while not over.is_set():
            try:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


def trickle(send, over, first=b""):
    """A byte every now and then, well within the timeout of a socket, for ever."""
    send(first)
    while not over.wait(0.05):
        send(b"x")


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n",
        b"HTTP/1.1 200 OK\r\nX-Endless: ",
        b"HTTP/1.1 2",
        b"HTTP/1.1 404 Not Found\r\nX-Endless: ",
        b"HTTP/1.1 302 Found\r\nX-Endless: ",
    ],
)
def test_a_host_that_trickles_is_cut_off_wherever_it_does(first):
    with (
        host(lambda send, over: trickle(send, over, first)) as url,
        Client(**SHORT) as client,
        pytest.raises(TimeoutError, match="timed out: not whole within 1 s"),
    ):
        client.get(url)
    assert client.seconds >= 1


def test_a_tls_handshake_that_trickles_is_cut_off():
    with host(trickle) as url, Client(**SHORT) as client, pytest.raises(Exception, match=r"timed out|WRONG_VERSION"):
        client.get(url.replace("http:", "https:"))
    quiet = host(lambda send, over: over.wait(30))
    with quiet as url, Client(**SHORT) as client, pytest.raises(TimeoutError, match="timed out"):
        client.get(url.replace("http:", "https:"))


def test_redirects_share_one_deadline():
    with (
        host(
            lambda send, over: (over.wait(0.3), send(b"HTTP/1.1 302 Found\r\nLocation: /again?%d\r\n\r\n" % id(send)))
        ) as url,
        Client(**SHORT) as client,
        pytest.raises(TimeoutError, match="timed out"),
    ):
        client.get(url)


def endless(send, over):
    send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        send(bytes(65536))


@pytest.mark.parametrize(
    "speak",
    [
        endless,
        lambda send, over: send(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + bytes(1001)),
        lambda send, over: (send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), over.wait(30)),
    ],
)
def test_an_answer_that_is_too_long_is_not_read_to_its_end(speak):
    with host(speak) as url, Client(**LONG) as client, pytest.raises(RefusedError) as caught:
        client.get(url)
    assert error_class(str(caught.value)) == "too_large"


def test_an_answer_just_within_the_bounds_is_whole():
    for answer, content in ((b"Content-Length: 1000\r\n\r\n", bytes(1000)), (b"\r\n", b"until it ends")):
        whole = b"HTTP/1.1 200 OK\r\n" + answer + content
        with host(lambda send, over, whole=whole: send(whole)) as url, Client(**LONG) as client:
            assert client.get(url) == content


def test_an_answer_that_is_cut_off_is_a_broken_connection():
    cut = host(lambda send, over: send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"))
    with cut as url, Client(**LONG) as client, pytest.raises(Exception) as caught:
        client.get(url)
    assert error_class(str(caught.value)) == "connection_broken"


def test_a_host_in_letters_beyond_ascii_is_asked_by_its_name_in_ascii(monkeypatch):
    asked, looked_up, find = [], [], socket.getaddrinfo

    def speak(send, over):
        send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def here(name, *rest, **settings):
        looked_up.append(name)
        return find("127.0.0.1", *rest, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with host(speak, asked) as url, Client(**LONG) as client:
        assert client.get(url.replace("127.0.0.1", "пример.рф") + "я.jpg") == b"ok"
    assert looked_up[0] == "xn--e1afmkfd.xn--p1ai"
    assert b"GET /%D1%8F.jpg " in asked[0] and b"Host: xn--e1afmkfd.xn--p1ai:" in asked[0]


@pytest.mark.parametrize(
    "url",
    [
        *("", "page", "//page/x", "http:page", "http:///x", "http://[::1", "http://page:seven/", "http://page:-1/"),
        *("http://a..b/", f"http://{'a' * 64}.b/", "http://me:secret@page/x", "file:///etc/passwd", "data:,x"),
    ],
)
def test_what_is_no_url_of_the_web_is_a_class_of_its_own(url):
    with Client(**SHORT) as client, pytest.raises(Exception) as caught:
        client.get(url)
    assert error_class(str(caught.value)) == "bad_url"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("tag", "user_agent", "refused"),
    [
        ("noai", None, True),
        ("all, NoImageAI", None, True),
        ("clipcause: noindex", "clipcause", True),
        ("otherbot: noindex", "clipcause", False),
        ("nofollow", None, False),
    ],
)
def test_a_host_that_opts_out_is_heeded(tag, user_agent, refused):
    directives = ["noai", "noimageai", "noindex", "noimageindex"]
    answer = f"HTTP/1.1 200 OK\r\nX-Robots-Tag: {tag}\r\nContent-Length: 2\r\n\r\nok".encode()
    with host(lambda send, over: send(answer)) as url:
        with Client(**LONG, user_agent=user_agent) as client:
            assert client.get(url) == b"ok", "unless nothing is to be heeded"
        with Client(**LONG, user_agent=user_agent, opt_out=directives) as client:
            if refused:
                with pytest.raises(RefusedError) as caught:
                    client.get(url)
                assert error_class(str(caught.value)) == "opted_out"
            else:
                assert client.get(url) == b"ok"


def test_a_name_of_ones_own_is_told():
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        threading.Thread(target=answer, daemon=True).start()
        with Client(**LONG, user_agent="mybot") as client:
            assert client.get(f"http://127.0.0.1:{listening.getsockname()[1]}/ä b.jpg?q=%20") == b"ok"
    assert heard[0].startswith(b"GET /%C3%A4%20b.jpg?q=%20 HTTP/1.1\r\n")
    assert b"Firefox/72.0 (compatible; mybot; +" in heard[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///etc/hostname", "bad_url"),
        ("ftp://127.0.0.1/a.jpg", "bad_url"),
        ("data:image/png;base64,AAAA", "bad_url"),
        ("a.jpg", "bad_url"),
        ("", "bad_url"),
        ("http://", "bad_url"),
        ("http://127.0.0.1:1/a.jpg", "connection_refused"),
        ("http://nowhere.invalid/a.jpg", "dns"),
    ],
)
def test_a_url_that_leads_nowhere_has_its_class(url, expected):
    with Client(**LONG) as client, pytest.raises(Exception) as caught:
        client.get(url)
    assert error_class(str(caught.value)) == expected


def test_a_redirect_out_of_the_web_is_not_followed():
    astray = host(lambda send, over: send(b"HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/a.jpg\r\n\r\n"))
    with astray as url, Client(**LONG) as client, pytest.raises(Exception) as caught:
        client.get(url)
    assert error_class(str(caught.value)) == "bad_url"
