"""The index: one row for each row of the chunks, uids unique, shares held out, too few images refused."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import read_json, write_json
from clipcause.pools.index import index_pool


@pytest.fixture
def chunk(tmp_path):
    """A function (number, first row, uids, failed) -> rows of a chunk."""

    def write(number: int, first: int, uids: list[str], failed: int = 0):
        places = [None if place < failed else 512 for place in range(len(uids))]
        table = {
            "row": range(first, first + len(uids)),
            "uid": uids,
            "shard": pa.array([None if place is None else "0.tar" for place in places], pa.string()),
            "offset": pa.array(places, pa.int64()),
            "size": pa.array(places, pa.int64()),
            "digest": pa.array([None if place is None else "ab" * 32 for place in places], pa.string()),
            "width": pa.array(places, pa.int32()),
            "height": pa.array(places, pa.int32()),
            "caption": [f"caption {uid}" for uid in uids],
            "label": ["cat"] * len(uids),
            "status": ["failed_to_download" if place is None else "success" for place in places],
            "error_class": pa.array(["dns" if place is None else None for place in places], pa.string()),
            "style": ["photo"] * len(uids),
            "_occurrence": ["once"] * len(uids),
        }
        path = tmp_path / f"{number}.parquet"
        pq.write_table(
            pa.table({name: list(values) if isinstance(values, range) else values for name, values in table.items()}),
            path,
        )
        return path

    return write


def index(tmp_path, chunks, statistics=(), **settings):
    pool = {"held_out": 0.0, "min_success": 0.5} | settings
    index_pool("web", chunks, list(statistics), pool, tmp_path / "samples.parquet", tmp_path / "card.json", threads=1)
    return pq.read_table(tmp_path / "samples.parquet").to_pylist()


def test_chunks_merge_sorted_by_uid_with_kept_columns(tmp_path, chunk):
    rows = index(tmp_path, [chunk(0, 0, ["d", "b"]), chunk(1, 2, ["c", "a"])])
    assert [row["uid"] for row in rows] == ["a", "b", "c", "d"]
    assert {(row["style"], row["_occurrence"]) for row in rows} == {("photo", "once")}


def test_damaged_rows_are_named_with_what_to_delete(tmp_path, chunk):
    damaged = chunk(0, 0, ["a"])
    damaged.write_bytes(damaged.read_bytes()[:-10])
    with pytest.raises(UserError, match=r"0\.parquet: cannot be read .*; if a job has made it, delete it and run this"):
        index(tmp_path, [damaged])


def test_rows_alike_keep_their_place_under_uids_of_their_own(tmp_path, chunk):
    rows = index(tmp_path, [chunk(0, 0, ["a", "b", "a"]), chunk(1, 3, ["a"])])
    assert len({row["uid"] for row in rows}) == 4 and "a" in {row["uid"] for row in rows}
    swapped = index(tmp_path, [chunk(0, 0, ["a", "b", "a"]), chunk(1, 3, ["a"])][::-1])
    assert swapped == rows


def test_the_share_held_out_is_a_function_of_the_uid(tmp_path, chunk):
    uids = [f"{number:020x}" for number in range(2000)]
    some = {row["uid"] for row in index(tmp_path, [chunk(0, 0, uids)], held_out=0.2) if row["held_out"]}
    more = {row["uid"] for row in index(tmp_path, [chunk(0, 0, uids)], held_out=0.5) if row["held_out"]}
    assert 340 < len(some) < 460 and some < more
    assert not any(row["held_out"] for row in index(tmp_path, [chunk(0, 0, uids)]))


def test_too_few_images_stop_with_the_causes_and_the_key(tmp_path, chunk):
    with pytest.raises(UserError, match=r"1 of 4 rows have an image.*dns 3.*pools\.web\.min_success"):
        index(tmp_path, [chunk(0, 0, list("abcd"), failed=3)])
    assert not (tmp_path / "card.json").exists()


def test_statistics_must_sum_to_the_index(tmp_path, chunk):
    first = [{"round": 1, "count": 2, "successes": 1}, {"round": 1, "count": 2, "successes": 1}]
    write_json(tmp_path / "s.json", [*first, {"round": 2, "count": 2, "successes": 1}])
    index(tmp_path, [chunk(0, 0, list("abcd"), failed=1)], [tmp_path / "s.json"])
    assert read_json(tmp_path / "card.json")["failures"] == {"dns": 1}
    with pytest.raises(UserError, match="count 3 images of 4 URLs, the index 4 of 4"):
        index(tmp_path, [chunk(0, 0, list("abcd"))], [tmp_path / "s.json"])


def test_an_image_that_is_listed_twice_is_on_one_side(tmp_path, chunk):
    uids = [f"{number:020x}" for number in range(200)]
    path = chunk(0, 0, uids + uids)
    table = pq.read_table(path).append_column("address", pa.array([f"{int(uid, 16) % 50}.jpg" for uid in uids] * 2))
    pq.write_table(table, path)
    rows = index(tmp_path, [path], held_out=0.3)
    sides = {(row["address"], row["held_out"]) for row in rows}
    assert len(sides) == 50 and {side for _, side in sides} == {True, False}


def test_rows_without_a_uid_are_refused(tmp_path, chunk):
    with pytest.raises(UserError, match=r"1 rows have no uid; fill the column that pools\.web\.uid names"):
        index(tmp_path, [chunk(0, 0, ["a", None])])


def test_a_uid_with_the_mark_of_copies_is_refused(tmp_path, chunk):
    with pytest.raises(UserError, match=r"the uid 'b#2' has a #, which marks samples that subsets hold several times"):
        index(tmp_path, [chunk(0, 0, ["a", "b#2"])])
