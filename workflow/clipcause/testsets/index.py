"""Index a test set: `samples.parquet` (where each image is, its class) and `testset.json` (classes, prompts)."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clipcause.class_names import told_apart
from clipcause.database import among, columns, connect, name, table
from clipcause.errors import UserError
from clipcause.files.benchmark_layout import CLASSIFICATION, TRUTH, TestSetFolder, read_testset
from clipcause.files.outputs import whole, write_json
from clipcause.files.tarshards import IMAGES, ShardReader, members, sample_and_part
from clipcause.job.command import log
from clipcause.job.took import work_begins
from clipcause.open_clip_words import imagenet_names

SAMPLES = pa.schema(
    [
        ("uid", pa.string()),
        ("shard", pa.string()),
        ("offset", pa.int64()),  # bytes
        ("size", pa.int64()),  # bytes
        ("label", pa.string()),  # class name; null in a retrieval set
        ("captions", pa.list_(pa.string())),  # of a retrieval set
    ]
)
OF_THE_POOL = (*SAMPLES.names, "digest", "width", "height", "caption", "status", "error_class", "error", "held_out")
"""Columns of a pool's index that say nothing of what an image shows."""


def index_folder(folder: str | Path, samples: Path, description: Path, classes: str = "all") -> None:
    """Index a test-set folder, in the order of its shards, with the columns of its truth.csv if it has one.

    With `classes` "imagenet" only the classes that are called, in any case, as one of ImageNet's in open_clip are
    taken, under the name that they have there.

    Raises UserError for a sample without an image or a target, for a class number that has no name, and if truth.csv
    does not tell of every sample once.
    """
    work_begins()
    testset, reader = read_testset(folder), ShardReader()
    rows = [row for number in range(len(testset.shards)) for row in _samples(testset, number, reader)]
    if not rows:
        raise UserError(f"{folder}: its shards hold no sample")
    indexed = pa.Table.from_pylist(rows, SAMPLES)
    for column, values in _truth(Path(folder) / TRUTH, [row["uid"].partition("/")[2] for row in rows]).items():
        indexed = indexed.append_column(column, pa.array(values, pa.string()))
    classnames = testset.classnames
    if classes == "imagenet" and testset.kind == CLASSIFICATION:
        indexed, classnames = _of_imagenet(indexed, classnames, folder)
    _write(indexed, testset.kind, classnames, testset.templates, samples, description)


def index_pool_part(pool: Path, testset: dict, samples: Path, description: Path) -> None:
    """Make a classification test set of a part of a pool: its held-out samples, or all that `where` allows.

    Its classes are the labels that occur, in alphabetical order; columns that the pool kept of its metadata stay.
    Raises UserError if nothing is left.
    """
    database = connect()
    source = table(pool)
    present = columns(database, source, pool)
    label = testset["label"]
    wanted = ["shard IS NOT NULL", f"{_column(label, present, pool)} IS NOT NULL"]
    if testset["part"] == "held_out":
        wanted.append("held_out")
    for column, values in testset["where"].items():
        _column(column, present, pool)
        wanted.append(among(column, values))
    further = "".join(f", {name(each)}" for each in present if each not in OF_THE_POOL)
    rows = database.sql(
        f'SELECT uid, shard, "offset", size, CAST({name(label)} AS VARCHAR) AS label, '
        f"CAST(NULL AS VARCHAR[]) AS captions{further} "
        f"FROM {source} WHERE {' AND '.join(wanted)} ORDER BY uid"
    ).to_arrow_table()
    if not rows.num_rows:
        raise UserError(f"{pool}: no sample is left for the test set {testset}; check where, part and held_out")
    classnames = sorted(set(rows["label"].to_pylist()))
    kept = [field for field in rows.schema if field.name not in SAMPLES.names]
    rows = rows.cast(pa.schema([*SAMPLES, *kept]))
    _write(rows, CLASSIFICATION, classnames, testset["templates"], samples, description)


def _samples(testset: TestSetFolder, number: int, reader: ShardReader) -> Iterator[dict]:
    """The rows of the samples in shard `number`."""
    shard, parts = testset.shards[number], {}
    for member, offset, size in members(shard):
        key, part = sample_and_part(member)
        parts.setdefault(key, {})[part] = (offset, size)
    for key, found in parts.items():
        image = next((found[extension] for extension in IMAGES if extension in found), None)
        target = found.get("cls" if testset.kind == CLASSIFICATION else "txt")
        if image is None or target is None:
            raise UserError(f"{shard}: sample {key!r} has no {'image' if image is None else 'target'}")
        answer = reader.read(str(shard), *target).decode("utf-8", errors="replace").strip()
        row = {"uid": f"{number}/{key}", "shard": str(shard), "offset": image[0], "size": image[1]}
        if testset.kind == CLASSIFICATION:
            yield row | {"label": _class_name(testset.classnames, answer, f"{shard}: sample {key!r}")}
        else:
            yield row | {"captions": answer.splitlines()}


def _of_imagenet(indexed: pa.Table, classnames: list[str], folder: str | Path) -> tuple[pa.Table, list[str]]:
    """The samples of the classes that ImageNet has as well, and these classes, by ImageNet's names."""
    known = {name.lower(): name for name in told_apart(imagenet_names())}
    shared = {name: known[name.lower()] for name in classnames if name.lower() in known}
    if not shared:
        raise UserError(f"{folder}: no class of its classnames.txt is called as one of ImageNet's; set classes: all")
    kept = indexed.filter(pc.is_in(indexed["label"], pa.array(list(shared))))
    labels = pa.array([shared[label] for label in kept["label"].to_pylist()], pa.string())
    log.info("%s: %d of %d classes are called as in ImageNet", folder, len(shared), len(classnames))
    return kept.set_column(kept.schema.get_field_index("label"), "label", labels), list(shared.values())


def _write(
    rows: pa.Table, kind: str, classnames: list[str], templates: list[str], samples: Path, description: Path
) -> None:
    with whole(samples) as temporary:
        pq.write_table(rows, temporary)
    write_json(description, {"kind": kind, "classnames": classnames, "templates": templates, "samples": rows.num_rows})
    log.info("test set %s: %s images, %d classes", samples.parent.name, f"{rows.num_rows:,}", len(classnames))


def _truth(path: Path, keys: list[str]) -> dict[str, list[str]]:
    """What is known further of the samples with these keys, by column; nothing if there is no such file."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = {row.get("key"): row for row in rows}
    if len(told) != len(rows) or len(set(keys)) != len(keys) or told.keys() != set(keys):
        raise UserError(f"{path}: its column key does not name each of the {len(keys):,} samples once")
    columns = [column for column in rows[0] if column != "key" and column not in SAMPLES.names]
    return {column: [told[key][column] for key in keys] for column in columns}


def _class_name(classnames: list[str], answer: str, where: str) -> str:
    if not answer.isdecimal() or int(answer) >= len(classnames):
        raise UserError(f"{where} is of class {answer!r}; classnames.txt has {len(classnames)} classes, from 0")
    return classnames[int(answer)]


def _column(wanted: str, present: list[str], pool: Path) -> str:
    if wanted not in present:
        raise UserError(f"{pool}: no column {wanted!r}; it has {', '.join(present)}")
    return name(wanted)
