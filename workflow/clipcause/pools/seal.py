"""Check what img2dataset wrote, and seal it: the same images in row order, the same bytes whoever came first."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from clipcause.errors import UserError
from clipcause.files.tarshards import ShardReader, members, write_shard
from clipcause.pools.failures import NOT_DECODED, NOT_DOWNLOADED, SUCCESS, error_class
from clipcause.pools.rows import located, picture_name

STATUSES = {"success": SUCCESS, "failed_to_download": NOT_DOWNLOADED, "failed_to_resize": NOT_DECODED}


def seal(fetched: Path, folder: Path, published: Path) -> list[dict]:
    """Write the images of one of img2dataset's shards into `folder`; return the places of all of its rows.

    `fetched` is the shard's table of rows, with the tar beside it. `published` is the folder's name once
    the chunk is complete, which the places state. Raises UserError if the tar cannot be read or does not
    hold what the table reports.
    """
    reported = sorted(pq.read_table(fetched).to_pylist(), key=lambda row: row["row"])
    tar, name = fetched.with_suffix(".tar"), f"{fetched.stem}.tar"
    written = {Path(member).stem: (offset, size) for member, offset, size in members(tar) if member.endswith(".jpg")}
    succeeded = [row for row in reported if row["status"] == "success"]
    if set(written) != {row["key"] for row in succeeded}:
        raise UserError(f"{name}: img2dataset reports {len(succeeded)} images and wrote {len(written)}; run this again")
    reader, digests = ShardReader(), {}

    def pictures() -> Iterator[tuple[str, bytes]]:
        for row in succeeded:
            content = reader.read(str(tar), *written[row["key"]])
            digests[row["row"]] = hashlib.sha256(content).hexdigest()
            yield picture_name(row["row"], ".jpg"), content

    write_shard(folder / name, pictures())
    return located([_place(row, digests) for row in reported], folder / name, published / name)


def _place(row: dict, digests: dict[int, str]) -> dict:
    return {
        "row": row["row"],
        "digest": digests.get(row["row"]),
        "width": row["width"],
        "height": row["height"],
        "status": STATUSES[row["status"]],
        "error_class": error_class(row["error_message"]),
        "error": row["error_message"],
    }
