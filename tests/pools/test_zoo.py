"""Everything a web can answer, from a real server through img2dataset: each URL ends as a counted row, in time."""

import hashlib
import io
import struct
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from clipcause.files.outputs import file_digest, read_json
from clipcause.files.tarshards import ShardReader
from clipcause.pools.download import download_chunk, retry_chunk
from clipcause.pools.index import index_pool
from clipcause.pools.metadata import prepare_metadata

pytestmark = pytest.mark.slow
WIDTH, HEIGHT = 48, 32


def picture() -> Image.Image:
    """Red on the left, above on the right green, below blue."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:, : WIDTH // 2] = (250, 0, 0)
    pixels[: HEIGHT // 2, WIDTH // 2 :] = (0, 250, 0)
    pixels[HEIGHT // 2 :, WIDTH // 2 :] = (0, 0, 250)
    return Image.fromarray(pixels)


def encoded(kind: str, image: Image.Image | None = None, **settings) -> bytes:
    file = io.BytesIO()
    (image or picture()).save(file, kind, **settings)
    return file.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of few bytes and side * side pixels."""

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = part(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = part(b"IDAT", zlib.compress(bytes((side // 8 + 1) * side), 9))
    return b"\x89PNG\r\n\x1a\n" + head + body + part(b"IEND", b"")


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    return encoded("JPEG", picture().rotate(90, expand=True), exif=exif, quality=95)


DEEP = Image.fromarray(np.full((HEIGHT, WIDTH), 120 * 257, np.uint16))
GOOD = {
    "plain.jpg": encoded("JPEG", quality=95),
    "cmyk.jpg": encoded("JPEG", picture().convert("CMYK"), quality=95),
    "turned.jpg": turned(),
    "palette.png": encoded("PNG", picture().quantize(8)),
    "alpha.png": encoded("PNG", picture().convert("RGBA")),
    "animated.gif": encoded("GIF", save_all=True, append_images=[picture().rotate(180)]),
    "animated.webp": encoded("WEBP", save_all=True, append_images=[picture().rotate(180)], lossless=True),
}
SHADES = {"grey.jpg": encoded("JPEG", Image.new("L", (WIDTH, HEIGHT), 120)), "deep.png": encoded("PNG", DEEP)}
BAD = {
    "page.jpg": (b"<!doctype html><title>Gone</title>", "not_an_image"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "not_an_image"),
    "cut.jpg": (encoded("JPEG", picture().resize((480, 320)))[:2000], "not_an_image"),
    "cut.png": (encoded("PNG", picture().resize((480, 320)))[:300], "not_an_image"),
    "heights.tif": (encoded("TIFF", Image.new("F", (9, 9), 0.5)), "not_an_image"),
    "nothing.jpg": (b"", "empty"),
    "bomb.png": (bomb(2000), "too_large"),
    "huge.jpg": (encoded("JPEG") + bytes(2_000_000), "too_large"),
}
LIVE = {  # what the server does by itself
    "endless.jpg": "too_large",
    "trickling.jpg": "timeout",
    "silent.jpg": "timeout",
    "opted_out.jpg": "opted_out",
    "gone.jpg": "http_404",
    "busy.jpg": "http_503",  # the first time
    "hung_up.jpg": "connection_broken",  # the first time
}
ELSEWHERE = {"file:///etc/hostname": "bad_url", "http://nowhere.invalid/a.jpg": "dns"}


class Zoo(BaseHTTPRequestHandler):
    """Answers by name; `asked` says how often each was asked for."""

    asked: dict[str, int]
    over: threading.Event

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.asked[name] = self.asked.get(name, 0) + 1
        first = self.asked[name] == 1
        files = {name: content for name, (content, _) in BAD.items()} | GOOD | SHADES
        if name == "silent.jpg":
            self.over.wait(60)
        elif name == "hung_up.jpg" and first:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n12")
        elif name in ("endless.jpg", "trickling.jpg"):
            self.send_response(200)
            self.end_headers()
            while not self.over.wait(0 if name == "endless.jpg" else 0.1):
                self.wfile.write(bytes(65536 if name == "endless.jpg" else 1))
        elif name == "gone.jpg" or (name == "busy.jpg" and first):
            self.send_error(404 if name == "gone.jpg" else 503)
        else:
            content = files.get(name, GOOD["plain.jpg"])
            self.send_response(200)
            if name == "opted_out.jpg":
                self.send_header("X-Robots-Tag", "noai, noimageai")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *arguments) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments) -> None:
        """Clients hang up here."""


@pytest.fixture(scope="module")
def zoo(tmp_path_factory, zoo_pool):
    """The zoo downloaded once, and retried once: rows by name before and after, what was asked for, and the folder."""
    folder, patch = tmp_path_factory.mktemp("zoo"), pytest.MonkeyPatch()
    patch.chdir(folder)
    handler = type("Handler", (Zoo,), {"asked": {}, "over": threading.Event()})
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        urls = [*(base + name for name in (*GOOD, *SHADES, *BAD, *LIVE)), *ELSEWHERE]
        (folder / "list.csv").write_text("url,caption\n" + "".join(f"{url},A\n" for url in urls))
        preparing, pool = zoo_pool
        prepare_metadata(["list.csv"], None, preparing | {"label": None}, folder / "metadata.parquet", 500)
        made = folder / "chunks/0.parquet", folder / "shards/0", folder / "chunks/0.json"
        download_chunk(folder / "metadata.parquet", pool, 0, *made, threads=1)
        again = folder / "chunks/0.round2.parquet", folder / "shards/0.round2", folder / "chunks/0.round2.json"
        before, digest = dict(handler.asked), file_digest(folder / "shards/0/00000.tar")
        retry_chunk(made[0], pool, 2, *again, threads=1)
        assert file_digest(folder / "shards/0/00000.tar") == digest
        handler.over.set()
        server.shutdown()
    patch.undo()
    rows = [
        {row["address"].removeprefix(base): row for row in pq.read_table(path).to_pylist()}
        for path in (made[0], again[0])
    ]
    return rows, (before, handler.asked), folder


def pixels(row: dict) -> np.ndarray:
    with Image.open(io.BytesIO(ShardReader().read(row["shard"], row["offset"], row["size"]))) as image:
        assert image.format == "JPEG" and image.size == (row["width"], row["height"]) == (WIDTH, HEIGHT)
        return np.asarray(image.convert("RGB")).astype(int)


def test_every_url_ends_as_a_row(zoo):
    (first, second), _, _ = zoo
    assert first.keys() == second.keys() == {*GOOD, *SHADES, *BAD, *LIVE, *ELSEWHERE}
    classes = {name: error for name, (_, error) in BAD.items()} | LIVE | ELSEWHERE
    assert {name: row["error_class"] for name, row in first.items() if row["status"] != "success"} == classes
    assert all((row["shard"] is None) == (row["status"] != "success") for row in first.values())


@pytest.mark.parametrize("name", GOOD)
def test_pictures_of_every_kind_are_stored_right(zoo, name):
    stored = pixels(zoo[0][0][name])
    expected = np.asarray(picture()).astype(int)
    corners = np.ix_((3, -4), (3, -4))
    assert np.abs(stored[corners] - expected[corners]).max() <= 12


@pytest.mark.parametrize("name", SHADES)
def test_shades_are_kept(zoo, name):
    assert np.abs(pixels(zoo[0][0][name]) - 120).max() <= 2


def test_the_digest_is_of_the_bytes_as_stored(zoo):
    reader = ShardReader()
    for row in zoo[0][1].values():
        content = reader.read(row["shard"], row["offset"], row["size"]) if row["shard"] else None
        assert row["digest"] == (hashlib.sha256(content).hexdigest() if content is not None else None)


def test_a_further_round_asks_only_for_what_may_have_passed(zoo):
    (first, second), (before, after), _ = zoo
    again = {name for name, times in after.items() if times > before[name]}
    assert again == {"trickling.jpg", "silent.jpg", "busy.jpg", "hung_up.jpg"}
    for name in ("busy.jpg", "hung_up.jpg"):
        assert second[name]["status"] == "success"
        assert second[name]["shard"].endswith("shards/0.round2/00000.tar")
        assert pixels(second[name]).shape == (HEIGHT, WIDTH, 3)
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {"busy.jpg", "hung_up.jpg"}
    assert list(first["plain.jpg"]) == list(second["plain.jpg"]), "columns stay in their order"


def test_rounds_merge_into_one_index(zoo, tmp_path):
    (_, second), _, folder = zoo
    chunks = folder / "chunks"
    pool = {"held_out": 0.0, "min_success": 0.1}
    counts = [chunks / "0.json", chunks / "0.round2.json"]
    index_pool("zoo", [chunks / "0.round2.parquet"], counts, pool, tmp_path / "s.parquet", tmp_path / "card.json", 1)
    card = read_json(tmp_path / "card.json")
    assert (card["rows"], card["images"]) == (len(second), len(GOOD) + len(SHADES) + 2)
    assert "digest" in pq.read_schema(tmp_path / "s.parquet").names


def test_no_host_is_asked_again_for_what_it_will_not_give(zoo):
    _, (before, _), _ = zoo
    assert {name: before[name] for name in ("gone.jpg", "opted_out.jpg", "huge.jpg")} == dict.fromkeys(
        ("gone.jpg", "opted_out.jpg", "huge.jpg"), 1
    )
