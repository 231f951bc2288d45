"""Index a test set: `samples.parquet` (where each image is, its class) and `testset.json` (classes, prompts)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.benchmark_layout import CLASSIFICATION, read_testset
from clipcause.command import log
from clipcause.database import among, columns, connect, name, table
from clipcause.errors import UserError
from clipcause.outputs import whole, write_json
from clipcause.tarshards import ShardReader, members

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
IMAGES = ("jpg", "jpeg", "png", "webp")


def index_folder(folder: str | Path, samples: Path, description: Path) -> None:
    """Index a test-set folder, in the order of its shards.

    Raises UserError for a sample without an image or a target, and for a class number that has no name.
    """
    testset, reader, rows = read_testset(folder), ShardReader(), []
    for number, shard in enumerate(testset.shards):
        parts: dict[str, dict[str, tuple[int, int]]] = {}
        for member, offset, size in members(shard):
            stem, _, extension = Path(member).name.partition(".")
            key = str(Path(member).parent / stem)
            parts.setdefault(key, {})[extension.lower()] = (offset, size)
        for key, found in parts.items():
            image = next((found[extension] for extension in IMAGES if extension in found), None)
            target = found.get("cls" if testset.kind == CLASSIFICATION else "txt")
            if image is None or target is None:
                raise UserError(f"{shard}: sample {key!r} has no {'image' if image is None else 'target'}")
            answer = reader.read(str(shard), *target).decode("utf-8", errors="replace").strip()
            label, captions = None, None
            if testset.kind == CLASSIFICATION:
                label = _class_name(testset.classnames, answer, f"{shard}: sample {key!r}")
            else:
                captions = answer.splitlines()
            rows.append(
                {"uid": f"{number}/{key}", "shard": str(shard), "offset": image[0], "size": image[1]}
                | {"label": label, "captions": captions}
            )
    if not rows:
        raise UserError(f"{folder}: its shards hold no sample")
    _write(
        pa.Table.from_pylist(rows, SAMPLES), testset.kind, testset.classnames, testset.templates, samples, description
    )


def index_pool_part(pool: Path, testset: dict, samples: Path, description: Path) -> None:
    """Make a classification test set of a part of a pool: its held-out samples, or all that `where` allows.

    Its classes are the labels that occur, in alphabetical order. Raises UserError if nothing is left.
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
    rows = database.sql(
        f'SELECT uid, shard, "offset", size, CAST({name(label)} AS VARCHAR) AS label, '
        "CAST(NULL AS VARCHAR[]) AS captions "
        f"FROM {source} WHERE {' AND '.join(wanted)} ORDER BY uid"
    ).to_arrow_table()
    if not rows.num_rows:
        raise UserError(f"{pool}: no sample is left for the test set {testset}; check where, part and held_out")
    classnames = sorted(set(rows["label"].to_pylist()))
    _write(rows.cast(SAMPLES), CLASSIFICATION, classnames, testset["templates"], samples, description)


def _write(
    rows: pa.Table, kind: str, classnames: list[str], templates: list[str], samples: Path, description: Path
) -> None:
    with whole(samples) as temporary:
        pq.write_table(rows, temporary)
    write_json(description, {"kind": kind, "classnames": classnames, "templates": templates, "samples": rows.num_rows})
    log.info("test set %s: %s images, %d classes", samples.parent.name, f"{rows.num_rows:,}", len(classnames))


def _class_name(classnames: list[str], answer: str, where: str) -> str:
    if not answer.isdecimal() or int(answer) >= len(classnames):
        raise UserError(f"{where} is of class {answer!r}; classnames.txt has {len(classnames)} classes, from 0")
    return classnames[int(answer)]


def _column(wanted: str, present: list[str], pool: Path) -> str:
    if wanted not in present:
        raise UserError(f"{pool}: no column {wanted!r}; it has {', '.join(present)}")
    return name(wanted)
