"""A web server on loopback for a folder or a zip of files, so that local images are downloaded like any others."""

import mimetypes
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from clipcause.errors import UserError

LONGEST_DELAY_SECONDS = 1.0


@contextmanager
def serve(site: str | Path) -> Iterator[str]:
    """Serve `site` (a folder or a zip) on a free port of 127.0.0.1 while the block runs; yields `http://127.0.0.1:PORT/`.

    `?delay=SECONDS` on a URL makes the answer wait, at most one second: a slow host to test against.
    """
    handler = type("SiteHandler", (_Handler,), {"read": staticmethod(_reader(Path(site)))})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def _reader(site: Path) -> Callable[[str], bytes | None]:
    """A function from a path within the site to its bytes, or None where there is nothing."""
    if site.is_dir():
        root = site.resolve()

        def read_file(path: str) -> bytes | None:
            file = (root / path).resolve()
            return file.read_bytes() if file.is_relative_to(root) and file.is_file() else None

        return read_file
    try:
        archive = zipfile.ZipFile(site)
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{site}: neither a folder nor a readable zip ({error})") from error
    names, lock = set(archive.namelist()), threading.Lock()

    def read_member(path: str) -> bytes | None:
        if path not in names:
            return None
        with lock:
            return archive.read(path)

    return read_member


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is no event here."""


class _Handler(BaseHTTPRequestHandler):
    read: Callable[[str], bytes | None]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        delay = parse_qs(url.query).get("delay")
        if delay:
            time.sleep(min(float(delay[0]), LONGEST_DELAY_SECONDS))
        content = self.read(unquote(url.path).lstrip("/"))
        if content is None:
            self.send_error(404)
            return
        self.send_response_only(200)
        self.send_header("Content-Type", mimetypes.guess_type(url.path)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Requests are counted by the downloader, not logged here."""
