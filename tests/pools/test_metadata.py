"""Tables of metadata become rows: uid, caption, label, kept columns; chunks read their own."""

import gzip
import hashlib
import json
import subprocess
import sys
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipcause.database import connect
from clipcause.errors import UserError
from clipcause.files.outputs import write_json
from clipcause.pools.metadata import chunk_bounds, count_rows, prepare_metadata, rows_between


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "metadata.csv"
    path.write_text("url,caption,domain,label\na.jpg,A cat's nap,art_painting,007\nb.jpg,,photo,dog\n")
    return path


@pytest.fixture
def rows(tmp_path, preparing):
    """A function (tables, fetched, changed settings) -> the prepared rows."""

    def prepare(*tables, fetched=None, **changed):
        output = tmp_path / "prepared" / "metadata.parquet"
        prepare_metadata([str(table) for table in tables], fetched, preparing | changed, output, memory_mb=500)
        return pq.read_table(output).to_pylist()

    return prepare


def test_the_uid_is_a_hash_of_address_and_caption(table, rows):
    first, second = rows(table)
    assert first["uid"] == hashlib.sha256(b"a.jpg\nA cat's nap").hexdigest()[:20]
    assert second["uid"] == hashlib.sha256(b"b.jpg\n").hexdigest()[:20]
    assert [first["row"], second["row"]] == [0, 1]


def test_the_uid_can_be_a_column(table, rows):
    assert [row["uid"] for row in rows(table, uid="label")] == ["007", "dog"]


def test_a_caption_can_be_a_template_over_columns(table, rows):
    captions = [row["caption"] for row in rows(table, caption="a {domain} of a {label}, it's here")]
    assert captions == ["a art painting of a 007, it's here", "a photo of a dog, it's here"]


def test_labels_stay_text_and_other_columns_are_kept(table, rows):
    assert rows(table)[0]["label"] == "007"
    assert rows(table)[0]["domain"] == "art_painting"
    assert "domain" not in rows(table, keep=[])[0]
    assert rows(table, label=None)[0]["label"] is None


@pytest.mark.parametrize("change", [{"caption": "text"}, {"label": "class"}, {"uid": "id"}, {"keep": ["nope"]}])
def test_a_missing_column_is_named_with_those_there_are(table, rows, change):
    with pytest.raises(UserError, match=r"metadata\.csv: no column '(text|class|id|nope)'; it has url, caption"):
        rows(table, **change)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_tables_without_a_header_take_every_line_as_it_is(tmp_path, rows, line_end):
    lines = [
        'a "quote\thttp://host/1.jpg',
        "#5 is alive\thttp://host/2.jpg",
        '"so"\thttp://host/3.jpg',
        "\thttp://host/4",
    ]
    lines.append("last\thttp://host/5.jpg")
    (tmp_path / "train.tsv").write_bytes(line_end.join(lines).encode())
    found = rows(tmp_path / "train.tsv", columns=["text", "link"], url="link", caption="text", label=None, quoted=False)
    assert [row["caption"] for row in found] == ['a "quote', "#5 is alive", '"so"', None, "last"]
    assert [row["address"] for row in found] == [
        *(f"http://host/{number}.jpg" for number in (1, 2, 3)),
        "http://host/4",
        "http://host/5.jpg",
    ]


def test_quotes_hold_fields_together_unless_they_are_characters(tmp_path, rows):
    (tmp_path / "list.csv").write_text('a.jpg,"one, ""two"""\n')
    assert rows(tmp_path / "list.csv", columns=["url", "caption"], label=None)[0]["caption"] == 'one, "two"'
    columns = ["url", "caption", "more"]
    assert rows(tmp_path / "list.csv", columns=columns, label=None, quoted=False)[0]["caption"] == '"one'


@pytest.mark.parametrize("columns", [["url"], ["url", "caption", "more"]])
def test_another_number_of_columns_is_refused(tmp_path, rows, columns):
    (tmp_path / "list.tsv").write_text("a.jpg\tA\n")
    with pytest.raises(
        UserError, match=rf"list\.tsv: cannot be read .*Expected Number of Columns: {len(columns)} Found: 2"
    ):
        rows(tmp_path / "list.tsv", columns=columns, caption="{url}", label=None)


def test_files_of_every_kind_hold_the_same_rows(tmp_path, rows):
    table = {"url": ["a.jpg", "b.jpg"], "caption": ["A cat", 'a "dog"'], "label": ["1", "2"]}
    pq.write_table(pa.table(table), tmp_path / "list.parquet")
    listed = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, listed)))
    (tmp_path / "list.csv").write_text('url,caption,label\na.jpg,A cat,1\nb.jpg,"a ""dog""",2\n')
    (tmp_path / "list.tsv").write_text('a.jpg\tA cat\t1\nb.jpg\t"a ""dog"""\t2\n')
    with gzip.open(tmp_path / "zipped.tsv.gz", "wb") as file:
        file.write((tmp_path / "list.tsv").read_bytes())
    expected = rows(tmp_path / "list.parquet")
    assert [row["caption"] for row in expected] == table["caption"]
    for name in ("list.jsonl", "list.csv"):
        assert rows(tmp_path / name) == expected, name
    for name in ("list.tsv", "zipped.tsv.gz"):
        assert rows(tmp_path / name, columns=["url", "caption", "label"]) == expected, name


def test_several_tables_are_one_in_their_order_those_of_a_glob_in_that_of_names(tmp_path, rows):
    fetched = tmp_path / "sources"
    fetched.mkdir()
    for file, url in (("part-1.csv", "1"), ("part-0.csv", "0"), ("first.csv", "f"), ("sources/x.csv", "far")):
        (tmp_path / file).write_text(f"url,caption\n{url},A\n")
    write_json(fetched / "sources.json", [{"address": "https://far/x.csv", "file": "x.csv"}])
    found = rows(tmp_path / "first.csv", "https://far/x.csv", tmp_path / "part-*.csv", fetched=fetched, label=None)
    assert [(row["row"], row["address"]) for row in found] == [(0, "f"), (1, "far"), (2, "0"), (3, "1")]


@pytest.mark.parametrize("most", [1, 7, 100, 999, 1000, 5000])
def test_rows_by_hash_are_those_of_the_smallest_in_their_order(tmp_path, rows, most):
    (tmp_path / "list.csv").write_text("url,caption\n" + "".join(f"{number % 900}.jpg,A\n" for number in range(1000)))
    every = rows(tmp_path / "list.csv", label=None)
    by_hash = sorted(
        every, key=lambda row: (hashlib.sha256(f"sample{row['uid']}".encode()).hexdigest()[:16], row["row"])
    )
    expected = sorted(by_hash[:most], key=lambda row: row["row"])
    found = rows(tmp_path / "list.csv", label=None, max_rows=most)
    assert found == [row | {"row": number} for number, row in enumerate(expected)]
    assert rows(tmp_path / "list.csv", label=None, max_rows=most, rows_by="first") == every[:most]


def test_kept_columns_may_have_any_name(tmp_path, rows):
    names = ["_hash", "bucket", "_occurrence", 'a "quoted" one']
    pq.write_table(
        pa.table({"url": list("abc"), "caption": list("ABC")} | {name: list("xyz") for name in names}),
        tmp_path / "list.parquet",
    )
    every = rows(tmp_path / "list.parquet", label=None, keep="all")
    assert [row["_hash"] for row in every] == ["x", "y", "z"]
    smallest = min(every, key=lambda row: hashlib.sha256(f"sample{row['uid']}".encode()).hexdigest())
    assert rows(tmp_path / "list.parquet", label=None, keep="all", max_rows=1) == [smallest | {"row": 0}]


@pytest.mark.parametrize(
    ("unfit", "told"),
    [
        ("", "1 rows have no uid; fill the column id"),
        ("7#2", "the uid '7#2' has a #, .*; fill the column id with others"),
    ],
)
def test_rows_without_a_uid_are_told_before_they_are_fetched(tmp_path, rows, unfit, told):
    (tmp_path / "list.csv").write_text(f"url,caption,id\na,A,1\nb,B,{unfit}\n")
    with pytest.raises(UserError, match=rf"list\.csv: {told}"):
        rows(tmp_path / "list.csv", label=None, uid="id")
    assert not list((tmp_path / "prepared").iterdir())


@pytest.mark.parametrize("lines", ["a,A\r\nb,B\n", "a,A,1\nb\n", 'a,"A\nb,B\n'])
def test_lines_unlike_each_other_are_told_as_such(tmp_path, rows, lines):
    (tmp_path / "list.csv").write_bytes(f"url,caption\n{lines}".encode())
    with pytest.raises(
        UserError, match="differ in their number of fields or in how they end, or a quote is not closed"
    ):
        rows(tmp_path / "list.csv", label=None)


def test_what_cannot_be_one_table_is_refused(tmp_path, rows, table):
    (tmp_path / "list.jsonl").write_text('{"url": "a", "caption": "A"}')
    with pytest.raises(UserError, match=r"several kinds \(csv, jsonl\); make pools of them"):
        rows(table, tmp_path / "list.jsonl")
    with pytest.raises(UserError, match="a jsonl file names its columns itself; `columns` is for CSV and TSV"):
        rows(tmp_path / "list.jsonl", columns=["url", "caption"])
    with pytest.raises(UserError, match=r"nowhere\.csv: no such file"):
        rows(tmp_path / "nowhere.csv")


def test_an_unreadable_or_empty_table_is_named_and_leaves_nothing(tmp_path, rows):
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(UserError, match=r"cut\.parquet: cannot be read as a table \(.*\); write it anew; if a job has"):
        rows(tmp_path / "cut.parquet")
    (tmp_path / "empty.csv").write_text("url,caption,label\n")
    with pytest.raises(UserError, match="holds no rows"):
        rows(tmp_path / "empty.csv")
    assert not list((tmp_path / "prepared").iterdir())


def test_a_chunk_reads_its_own_rows(tmp_path):
    path = tmp_path / "prepared.parquet"
    pq.write_table(
        pa.table({"row": range(1000), "address": [str(row) for row in range(1000)]}), path, row_group_size=64
    )
    assert count_rows(path) == 1000
    read = connect().sql(rows_between(path, 130, 400)).to_arrow_table().to_pylist()
    assert read == [{"row": row, "address": str(row)} for row in range(130, 400)]


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_chunks_share_out_every_row_once_and_evenly(count, chunks):
    bounds = [chunk_bounds(count, chunk, chunks) for chunk in range(chunks)]
    assert bounds[0][0] == 0 and bounds[-1][1] == count
    assert all(end == begin for (_, end), (begin, _) in pairwise(bounds))
    sizes = [end - begin for begin, end in bounds]
    assert max(sizes) - min(sizes) <= 1


SPENT = """
import resource, sys
from pathlib import Path
from clipcause.pools.download import write_urls
from clipcause.pools.metadata import chunk_bounds, count_rows, prepare_metadata, rows_between

table, pool, output = Path(sys.argv[1]), eval(sys.argv[2]), Path(sys.argv[3])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if "chunks" in pool:
    bounds = chunk_bounds(count_rows(table), pool["chunks"] - 1, pool["chunks"])
    write_urls(rows_between(table, *bounds), "", output)
else:
    prepare_metadata([str(table)], None, pool, output, 300)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def spent(table, pool, output) -> int:
    """Megabytes that a process of its own came to need."""
    command = [sys.executable, "-c", SPENT, str(table), repr(pool), str(output)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_rows(tmp_path, preparing):
    """Two million rows of 400 bytes are 800 MB; neither preparing them nor drawing a chunk holds them."""
    row = pa.schema([("url", pa.string()), ("caption", pa.string())])
    with pq.ParquetWriter(tmp_path / "big.parquet", row, compression="none", use_dictionary=False) as writer:
        for first in range(0, 2_000_000, 50_000):
            numbers = range(first, first + 50_000)
            texts = {
                "url": [f"{number:0200d}" for number in numbers],
                "caption": [f"{number:0200d}" for number in numbers],
            }
            writer.write_table(pa.table(texts, row))
    prepared = tmp_path / "prepared.parquet"
    assert spent(tmp_path / "big.parquet", preparing | {"label": None}, prepared) < 400
    assert count_rows(prepared) == 2_000_000
    assert spent(prepared, {"chunks": 200}, tmp_path / "urls.parquet") < 200
    assert pq.read_metadata(tmp_path / "urls.parquet").num_rows == 10_000
