"""Captions are read from tables of many kinds, here and on the web; what cannot be read is named."""

import gzip
import json
import re
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.concepts.captions import CaptionReader, Captions
from clipcause.errors import UserError
from clipcause.pools.webserver import serve
from loopback import served

TEXTS = ["a dog, a cat", 'say "hi"', None, "two\nlines", "", "café 狗 🐕", "it's; a|b\tc", "007", "NULL", "null"]
UIDS = [f"{number:03d}" for number in range(len(TEXTS))]


def read(path, column="caption", **settings):
    """All rows, as dictionaries."""
    reader = CaptionReader(Captions(str(path), column, **settings))
    return [row for chunk in reader.chunks() for row in chunk.to_pylist()]


def texts(path, column="caption", **settings):
    return [row["caption"] for row in read(path, column, **settings)]


def write_parquet(path, captions=TEXTS, column="caption"):
    pq.write_table(pa.table({"uid": UIDS[: len(captions)], column: pa.array(captions, pa.string())}), path)
    return path


def csv_text(captions, delimiter=","):
    cells = ("" if each is None else '"' + each.replace('"', '""') + '"' for each in captions)
    return "".join(f"{line}\n" for line in ("uid" + delimiter + "caption", *map(delimiter.join, zip(UIDS, cells))))  # noqa: B905


def jsonl_text(captions):
    return "".join(json.dumps({"uid": uid, "caption": each}) + "\n" for uid, each in zip(UIDS, captions, strict=False))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.csv", csv_text(TEXTS)),
        ("c.csv", "\ufeff" + csv_text(TEXTS)),
        ("C.CSV", csv_text(TEXTS)),
        ("c.csv.gz", gzip.compress(csv_text(TEXTS).encode())),
        ("c.tsv", csv_text(TEXTS, "\t")),
        ("c.tsv.gz", gzip.compress(csv_text(TEXTS, "\t").encode())),
        ("c.jsonl", jsonl_text(TEXTS)),
        ("c.ndjson", jsonl_text(TEXTS)),
        ("c.jsonl.gz", gzip.compress(jsonl_text(TEXTS).encode())),
        ("c.json", json.dumps([json.loads(line) for line in jsonl_text(TEXTS).splitlines()])),
    ],
)
def test_text_formats(tmp_path, name, content):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = read(tmp_path / name, uid="uid")
    assert [row["uid"] for row in rows] == UIDS
    assert [row["caption"] or None for row in rows] == [text or None for text in TEXTS]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_parquet(tmp_path, kind):
    pq.write_table(pa.table({"caption": pa.array(TEXTS, pa.string()).cast(kind)}), tmp_path / "c.parquet")
    assert texts(tmp_path / "c.parquet") == TEXTS


def test_parquet_by_any_other_name(tmp_path):
    write_parquet(tmp_path / "captions", ["a dog"])
    assert texts(tmp_path / "captions") == ["a dog"]


@pytest.mark.parametrize("column", ["TEXT", "alt text", "naïve", 'a"b', "it's", "select"])
def test_a_column_of_any_name(tmp_path, column):
    assert texts(write_parquet(tmp_path / "c.parquet", ["a dog"], column), column) == ["a dog"]


@pytest.mark.parametrize("folder", ["it's", "a [b] c", "naïve 狗", "100%"])
def test_a_folder_of_any_name(tmp_path, folder):
    (tmp_path / folder).mkdir()
    path = write_parquet(tmp_path / folder / "c.parquet", ["a", "b", "c"])
    assert texts(path) == ["a", "b", "c"]
    assert texts(path, part=2, parts=3) == ["c"]


@pytest.mark.parametrize("pattern", ["[ab].", "?.", "a*."])
@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_a_glob_is_read_in_the_order_of_names(tmp_path, suffix, pattern):
    files = {"b": ["a dog"], "a": ["a cat", "an owl"], "other": ["a cow"]}
    for name, captions in files.items():
        if suffix == "parquet":
            write_parquet(tmp_path / f"{name}.parquet", captions)
        else:
            (tmp_path / f"{name}.{suffix}").write_text({"csv": csv_text, "jsonl": jsonl_text}[suffix](captions))
    expected = files["a"] if pattern == "a*." else files["a"] + files["b"]
    assert texts(tmp_path / f"{pattern}{suffix}") == expected


@pytest.mark.parametrize("mark", [";", "|", "\t", ","])
def test_a_comma_parts_csv_whatever_captions_hold(tmp_path, mark):
    quoted = '"' if mark == "," else ""
    lines = [f"{quoted}a dog{mark} a cat{number}{quoted}" for number in range(5)]
    (tmp_path / "c.csv").write_text("\n".join(["caption", *lines]) + "\n")
    assert texts(tmp_path / "c.csv") == [line.strip('"') for line in lines]


@pytest.mark.parametrize("last", ['"a, b"', '"two\nlines"', '"say ""hi"""'])
def test_quotes_count_however_late_they_come(tmp_path, last):
    lines = ["uid,caption", *(f"{number},a dog" for number in range(30_000)), f"30000,{last}"]
    (tmp_path / "c.csv").write_text("\n".join(lines) + "\n")
    captions = texts(tmp_path / "c.csv")
    assert len(captions) == 30_001 and captions[-1] == last[1:-1].replace('""', '"')


def test_columns_of_text_keep_their_text(tmp_path):
    uids = ["2020-01-01T10:00:00", "5F0C9BE0-0E6F-4B1E-9D0D-7B7A3C7B2B11", "2020-1-1", "007", "1e3"]
    for uid in uids:
        (tmp_path / "c.jsonl").write_text(json.dumps({"uid": uid, "caption": "2020-01-01"}) + "\n")
        (tmp_path / "c.csv").write_text(f"uid,caption\n{uid},2020-01-01\n")
        for name in ("c.csv", "c.jsonl"):
            assert read(tmp_path / name, uid="uid") == [{"caption": "2020-01-01", "uid": uid}], name


def test_columns_of_json_may_turn_from_dates_to_words(tmp_path):
    lines = [{"uid": "2020-01-01", "caption": "a"}] * 30_000 + [{"uid": "x7", "caption": "b"}]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    assert read(tmp_path / "c.jsonl", uid="uid")[-1] == {"caption": "b", "uid": "x7"}


def test_samples_without_an_image_are_left_out(tmp_path):
    table = {"caption": ["a", "b", None, "d"], "shard": ["s.tar", None, "s.tar", None]}
    pq.write_table(pa.table(table), tmp_path / "c.parquet")
    assert texts(tmp_path / "c.parquet") == ["a", None]
    assert [texts(tmp_path / "c.parquet", part=part, parts=2) for part in (0, 1)] == [["a"], [None]]


@pytest.mark.parametrize("parts", [1, 2, 3, len(TEXTS) + 1])
def test_parts_are_runs_of_rows_that_cover_all(tmp_path, parts):
    path = write_parquet(tmp_path / "c.parquet")
    readers = [CaptionReader(Captions(str(path), "caption", part=part, parts=parts)) for part in range(parts)]
    pieces = [[text for chunk in reader.chunks() for text in chunk["caption"].to_pylist()] for reader in readers]
    assert [text for piece in pieces for text in piece] == TEXTS
    assert max(map(len, pieces)) - min(map(len, pieces)) <= 1
    assert [reader.total for reader in readers] == list(map(len, pieces))


def test_only_one_parquet_file_has_parts(tmp_path):
    write_parquet(tmp_path / "a.parquet"), write_parquet(tmp_path / "b.parquet")
    (tmp_path / "c.csv").write_text(csv_text(TEXTS))
    for name in ("*.parquet", "c.csv"):
        with pytest.raises(UserError, match=re.escape(f"{tmp_path}/{name}: parts are of one parquet file")):
            read(tmp_path / name, part=0, parts=2)


@contextmanager
def range_server(folder):
    """A web server that serves parts of files, and notes what was asked for."""
    asked = []

    def answer(request):
        file = folder / request.path.lstrip("/")
        if not file.is_file():
            return request.send_error(404)
        content, within = file.read_bytes(), request.headers.get("Range")
        size, status = len(content), 200
        if within:
            first, last = re.fullmatch(r"bytes=(\d+)-(\d*)", within).groups()
            content, status = content[int(first) : int(last) + 1 if last else None], 206
        asked.append((request.command, within))
        request.send_response(status)
        request.send_header("Accept-Ranges", "bytes")
        request.send_header("Content-Length", str(len(content)))
        if within:
            request.send_header("Content-Range", f"bytes {first}-{int(first) + len(content) - 1}/{size}")
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(content)

    with served(answer) as base:
        yield f"{base}/", asked


@pytest.fixture
def site(tmp_path):
    write_parquet(tmp_path / "c.parquet")
    (tmp_path / "c.csv").write_text(csv_text(TEXTS))
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(csv_text(TEXTS).encode()))
    (tmp_path / "c.jsonl").write_text(jsonl_text(TEXTS))
    return tmp_path


@pytest.mark.parametrize("name", ["c.parquet", "c.csv", "c.csv.gz", "c.jsonl"])
def test_files_on_the_web(site, name):
    with range_server(site) as (base, asked):
        assert [row["uid"] for row in read(base + name, uid="uid")] == UIDS
        assert any(command == "GET" for command, _ in asked)
    with serve(site) as base:  # which serves whole files alone
        assert [row["uid"] for row in read(base + name, uid="uid")] == UIDS


def test_parts_of_a_file_on_the_web(site):
    with range_server(site) as (base, _):
        assert texts(base + "c.parquet", part=1, parts=2) == TEXTS[5:]
    with serve(site) as base:
        assert texts(base + "c.parquet", part=1, parts=2) == TEXTS[5:]


def test_of_a_large_file_on_the_web_only_some_is_fetched(tmp_path):
    columns = {"caption": ["a dog"] * 200, "thumbnail": [np.random.default_rng(0).bytes(100_000)] * 200}
    options = {"compression": "none", "use_dictionary": ["caption"]}
    pq.write_table(pa.table(columns), tmp_path / "c.parquet", **options)
    with range_server(tmp_path) as (base, asked):
        assert texts(base + "c.parquet") == ["a dog"] * 200
    spans = [tuple(map(int, within.removeprefix("bytes=").split("-"))) for _, within in asked if within]
    assert 0 < sum(last - first for first, last in spans) < (tmp_path / "c.parquet").stat().st_size / 2


def test_what_is_not_on_the_web_is_named(site):
    with serve(site) as whole, range_server(site) as (ranges, _):
        for url in (whole + "gone.parquet", ranges + "gone.parquet", whole + "gone.csv"):
            with pytest.raises(UserError, match=f"^{url}: "):
                read(url)
    for url in ("http://127.0.0.1:1/c.parquet", "nothing://bucket/c.parquet"):
        with pytest.raises(UserError, match=f"^{url}: "):
            read(url)


def damaged_within(folder):
    """Parquet files whose ends, which tell their columns, are whole."""
    whole = pa.table({"caption": [f"{number * 2654435761 % 2**32:x}" for number in range(300_000)]})
    pq.write_table(whole, folder / "c.parquet", row_group_size=100_000)
    content = bytearray((folder / "c.parquet").read_bytes())
    content[-700_000:-650_000] = b"\xff" * 50_000
    (folder / "c.parquet").write_bytes(content)


def second_truncated(folder):
    write_parquet(folder / "a.parquet")
    (folder / "b.parquet").write_bytes((folder / "a.parquet").read_bytes()[:-20])


def second_without_captions(folder):
    write_parquet(folder / "a.parquet")
    write_parquet(folder / "b.parquet", column="text")


def content(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def rows(name, **columns):
    return lambda folder: pq.write_table(pa.table(columns), folder / name)


BROKEN_LATE = b"uid,caption\n" + b"1,a dog\n" * 30_000 + b"1,2,3,4\n"
BAD = {
    "no such column": (
        rows("c.parquet", uid=["1"], text=["a"]),
        "c.parquet",
        "no caption column 'caption'; .* uid, text",
    ),
    "no such CSV column": (content("c.csv", b"uid,text\n1,a\n"), "c.csv", "no caption column 'caption'; .* uid, text"),
    "numbers": (rows("c.parquet", caption=[1]), "c.parquet", "the caption column 'caption' holds BIGINT"),
    "bytes": (rows("c.parquet", caption=[b"a"]), "c.parquet", "the caption column 'caption' holds BLOB"),
    "lists": (rows("c.parquet", caption=[["a"]]), "c.parquet", r"the caption column 'caption' holds VARCHAR\[\]"),
    "JSON numbers": (content("c.jsonl", b'{"caption": 1}\n'), "c.jsonl", "the caption column 'caption' holds BIGINT"),
    "damaged within": (damaged_within, "c.parquet", ""),
    "second truncated": (second_truncated, "*.parquet", "b.parquet"),
    "second without captions": (second_without_captions, "*.parquet", "caption"),
    "text, not parquet": (content("c.parquet", b"caption\na dog\n"), "c.parquet", ""),
    "empty parquet": (content("c.parquet", b""), "c.parquet", ""),
    "empty CSV": (content("c.csv", b""), "c.csv", ""),
    "empty JSON": (content("c.jsonl", b""), "c.jsonl", ""),
    "not UTF-8": (content("c.csv", "caption\ncafé\n".encode("latin-1")), "c.csv", "UTF-8"),
    "broken JSON": (content("c.jsonl", b'{"caption": "a"}\n{"caption": \n'), "c.jsonl", "JSON"),
    "broken CSV, late": (content("c.csv", BROKEN_LATE), "c.csv", "30002"),
    "broken JSON, late": (content("c.jsonl", b'{"caption": "a"}\n' * 30_000 + b'{"capt\n'), "c.jsonl", "JSON"),
    "broken gzip": (content("c.csv.gz", gzip.compress(BROKEN_LATE)[:200]), "c.csv.gz", "GZIP"),
    "no such file": (content("c.txt", b""), "gone.parquet", "gone.parquet"),
    "a glob of nothing": (content("c.txt", b""), "gone-*.csv", ""),
    "a folder": (lambda folder: (folder / "c.parquet").mkdir(), "c.parquet", ""),
}


@pytest.mark.parametrize(("make", "path", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_named(tmp_path, make, path, message):
    make(tmp_path)
    with pytest.raises(UserError, match=f"^{re.escape(f'{tmp_path}/{path}')}: .*{message}") as refused:
        read(tmp_path / path)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 1_000


def test_a_missing_column_of_any_role_is_named(tmp_path):
    path = write_parquet(tmp_path / "c.parquet")
    for role in ("uid", "label"):
        with pytest.raises(UserError, match=f"no {role} column 'species'; it has uid, caption"):
            read(path, **{role: "species"})


def test_no_captions_are_no_error(tmp_path):
    assert read(write_parquet(tmp_path / "c.parquet", [])) == []
    (tmp_path / "c.csv").write_text("uid,caption\n")
    assert read(tmp_path / "c.csv") == []
    pq.write_table(pa.table({"caption": pa.nulls(2)}), tmp_path / "n.parquet")
    assert texts(tmp_path / "n.parquet") == [None, None]


def test_chunks_are_bounded_and_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr("clipcause.concepts.captions.CHUNK", 3)
    pq.write_table(pa.table({"caption": [str(number) for number in range(100)]}), tmp_path / "c.parquet")
    chunks = list(CaptionReader(Captions(str(tmp_path / "c.parquet"), "caption")).chunks())
    assert all(len(chunk) <= 3 for chunk in chunks)
    assert [text for chunk in chunks for text in chunk["caption"].to_pylist()] == [str(each) for each in range(100)]
