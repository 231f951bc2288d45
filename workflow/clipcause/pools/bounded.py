"""One URL asked for within bounds: of time in all, of bytes, and of what its host allows."""

import contextlib
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Collection
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, IncompleteRead
from types import TracebackType
from urllib.parse import quote, urlsplit, urlunsplit

from img2dataset.downloader import is_disallowed

BROWSER = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:72.0) Gecko/20100101 Firefox/72.0"  # as img2dataset names itself
PIECE = 1 << 18  # bytes that are read at once
LOOK_SECONDS = 0.2  # between two looks at the clock
IN_URLS = "%/:=&?~#+!$,;'@()*[]"  # what stays as it is in a URL with blanks or letters beyond ASCII


class RefusedError(Exception):
    """A URL is not to be had, and asking again would not help; the message says why, as img2dataset would."""


class Client:
    """Asks for URLs, from many threads at a time, each within the same bounds.

    A socket's timeout bounds the silence between two bytes alone: a host that sends a byte now and then would hold a
    thread for ever. So a watch, which runs while the client is open (`with`), cuts connections whose time is up.
    """

    def __init__(
        self,
        timeout: float,
        deadline: float,
        most_bytes: int,
        user_agent: str | None = None,
        opt_out: Collection[str] = (),
    ) -> None:
        """`timeout` bounds each silence and `deadline` the whole, in seconds; `most_bytes` bounds the answer.

        Hosts refuse by a header X-Robots-Tag with one of the directives `opt_out`, for everyone or for `user_agent`.
        """
        self.seconds = 0.0  # that URLs took, added up
        self._timeout, self._deadline, self._most_bytes = timeout, deadline, most_bytes
        self._user_agent, self._opt_out = user_agent, set(opt_out)
        self._asked: set[_Request] = set()
        self._mine, self._adding = threading.local(), threading.Lock()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        named = f"{BROWSER} (compatible; {user_agent}; +https://github.com/rom1504/img2dataset)"
        self._headers = {"User-Agent": named if user_agent else BROWSER}
        self._opener = urllib.request.OpenerDirector()  # of the web alone: no file:, ftp: or data:
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Http(self._connect),
            _Https(self._connect),
        ):
            self._opener.add_handler(handler)

    def __enter__(self) -> "Client":
        self._watch.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._watch.join()

    def get(self, url: str) -> bytes:
        """The answer's body. Raises RefusedError, TimeoutError, or what urllib raises."""
        began = time.monotonic()
        request = self._mine.request = _Request(began + self._deadline)
        self._asked.add(request)
        try:
            asked = urllib.request.Request(_in_ascii(url), headers=self._headers)
            with self._opener.open(asked, timeout=self._timeout) as answer:
                content = self._read(answer)
        except Exception as error:
            if request.late:
                raise TimeoutError(f"timed out: not whole within {self._deadline:g} s") from error
            raise
        finally:
            self._asked.discard(request)
            request.close()
            with self._adding:
                self.seconds += time.monotonic() - began
        if request.late:  # a connection that is cut can look like the end of an answer
            raise TimeoutError(f"timed out: not whole within {self._deadline:g} s")
        return content

    def _read(self, answer: HTTPResponse) -> bytes:
        if self._opt_out and is_disallowed(answer.headers, self._user_agent, self._opt_out):
            raise RefusedError("Use of image disallowed by X-Robots-Tag directive")
        size, pieces, declared = 0, [], answer.length
        while size <= self._most_bytes and (declared or 0) <= self._most_bytes:
            piece = answer.read(PIECE)
            if not piece:
                if declared and size < declared:
                    raise IncompleteRead(b"", declared - size)
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
        raise RefusedError(f"too large: more than {self._most_bytes} bytes")

    def _connect(self, address: tuple[str, int], timeout: float, source: tuple | None = None) -> socket.socket:
        """As socket.create_connection, whose timeout is for each of a host's addresses; this one is for all of them."""
        request, last = self._mine.request, OSError("no address")
        for *_, place in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            left = request.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            try:
                connected = socket.create_connection(place[:2], min(timeout, left), source)
            except OSError as error:
                last = error
            else:
                connected.settimeout(timeout)
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                request.sockets.append(connected.dup())  # TLS takes the socket over; this one it leaves alone
                return connected
        raise last

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            now = time.monotonic()
            for request in self._asked.copy():
                if now > request.until:
                    request.cut()


def _in_ascii(url: str) -> str:
    """A URL as it goes over the net: names of hosts in other letters have a form in ASCII (IDNA).

    Raises RefusedError for one with a password, which would go there for all to read, and ValueError where it is none.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise RefusedError("URL can't contain a user's name or password")
    if not parts.netloc.isascii():
        host, colon, port = parts.netloc.partition(":")
        url = urlunsplit(parts._replace(netloc=host.encode("idna").decode() + colon + port))
    return url if url.isascii() and " " not in url else quote(url, safe=IN_URLS)


class _Request:
    """A request that is under way: until when, and by which sockets."""

    def __init__(self, until: float) -> None:
        self.until, self.late = until, False
        self.sockets: list[socket.socket] = []

    def cut(self) -> None:
        self.late = True
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in self.sockets:
            each.close()


class _Http(urllib.request.HTTPHandler):
    def __init__(self, connect: Callable) -> None:
        super().__init__()
        self._connections = partial(_connection, HTTPConnection, connect)

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(self._connections, request)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, connect: Callable) -> None:
        super().__init__()
        certified = ssl.create_default_context()  # once: to read the certificates for each URL takes milliseconds
        self._connections = partial(_connection, HTTPSConnection, connect, context=certified)

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(self._connections, request)


def _connection(kind: type[HTTPConnection], connect: Callable, host: str, **settings: object) -> HTTPConnection:
    """A connection of a kind that connects its sockets by `connect`."""
    made = kind(host, **settings)
    made._create_connection = connect
    return made
