"""A web server on loopback for a folder or a zip of files, so that local images are downloaded like any others."""

import mimetypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from clipcause.pools.folder_or_zip import reader

LONGEST_DELAY_SECONDS = 1.0


@contextmanager
def serve(site: str | Path) -> Iterator[str]:
    """Serve `site` (a folder or a zip) on a free port of 127.0.0.1 while the block runs; yields `http://127.0.0.1:PORT/`.

    `?delay=SECONDS` on a URL makes the answer wait, at most one second: a slow host to test against.
    """
    handler = type("SiteHandler", (_Handler,), {"read": staticmethod(reader(site))})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is no event here."""


class _Handler(BaseHTTPRequestHandler):
    read: Callable[[str], bytes]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        delay = parse_qs(url.query).get("delay")
        if delay:
            time.sleep(min(float(delay[0]), LONGEST_DELAY_SECONDS))
        try:
            content = self.read(unquote(url.path).lstrip("/"))
        except (OSError, KeyError):
            self.send_error(404)
            return
        self.send_response_only(200)
        self.send_header("Content-Type", mimetypes.guess_type(url.path)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Requests are counted by the downloader, not logged here."""
