"""Images in a folder or a zip become a pool without a download."""

import zipfile

import pyarrow.parquet as pq
import pytest

from clipcause.files.tarshards import ShardReader
from clipcause.pools.pack import pack_files


@pytest.fixture
def files_pool():
    return {"source": "files", "samples_per_shard": 2}


@pytest.mark.parametrize("packed_as", ["folder", "zip"])
def test_images_are_read_back_and_faults_are_rows(tmp_path, jpeg, files_pool, prepare, packed_as):
    files = {"a.jpg": jpeg(0), "b/b.png": jpeg(1), "c.jpg": jpeg(2), "cut.jpg": jpeg(3)[:200]}
    (tmp_path / "list.csv").write_text(
        "path,caption,label\na.jpg,A,x\nb/b.png,B,y\nc.jpg,C,x\ncut.jpg,D,x\ngone.jpg,E,y\n"
    )
    if packed_as == "folder":
        images = tmp_path / "images"
        for name, content in files.items():
            (images / name).parent.mkdir(parents=True, exist_ok=True)
            (images / name).write_bytes(content)
    else:
        images = tmp_path / "images.zip"
        with zipfile.ZipFile(images, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    prepared = prepare(tmp_path / "list.csv", url="path")
    pack_files(prepared, files_pool | {"images": str(images)}, tmp_path / "rows.parquet", tmp_path / "shards")
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [row["status"] for row in rows] == ["success"] * 3 + ["failed_to_decode", "failed_to_download"]
    assert [row["error_class"] for row in rows[3:]] == ["not_an_image", "no_such_file"]
    assert [row["width"] for row in rows] == [16, 16, 16, None, None]
    reader = ShardReader()
    assert [reader.read(row["shard"], row["offset"], row["size"]) for row in rows[:3]] == list(files.values())[:3]
    assert len(list((tmp_path / "shards").iterdir())) == 3


@pytest.mark.parametrize("listed", ["../secret.jpg", "/etc/hostname", "", "a\\0b", "folder"])
def test_a_path_that_is_no_image_of_the_folder_is_a_row(tmp_path, files_pool, prepare, listed):
    (tmp_path / "images" / "folder").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (tmp_path / "list.csv").write_text(f"path,caption,label\n{listed},A,x\n")
    pool = files_pool | {"images": str(tmp_path / "images")}
    pack_files(prepare(tmp_path / "list.csv", url="path"), pool, tmp_path / "rows.parquet", tmp_path / "shards")
    (row,) = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert (row["status"], row["error_class"], row["shard"]) == ("failed_to_download", "no_such_file", None)
