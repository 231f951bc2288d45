import pyarrow as pa
import pytest

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest
from clipcause.training.manifest import read_manifest


def test_rows_are_read_without_the_truth(make_manifest):
    path = make_manifest(samples=4)
    manifest = read_manifest(path)
    assert len(manifest) == 4
    assert manifest.labels == ["ant", "bee", "cat", "ant"]
    assert manifest.captions[1] == "a picture of a bee"
    assert manifest.digest == file_digest(path)
    assert "truth" not in str(vars(manifest))


def test_the_order_key_is_of_the_images_alone(make_manifest):
    plain = read_manifest(make_manifest(samples=4, name="plain"))
    captioned = read_manifest(make_manifest(samples=4, name="captioned", columns={"caption": ["other words"] * 4}))
    assert plain.order_key == captioned.order_key
    assert plain.order_key != plain.keep([0, 2, 3]).order_key


def test_keeping_rows_keeps_their_columns_together(make_manifest):
    manifest = read_manifest(make_manifest(samples=6))
    kept = manifest.keep([1, 4])
    assert kept.uids.tolist() == manifest.uids[[1, 4]].tolist()
    assert (kept.offsets, kept.labels) == ([manifest.offsets[1], manifest.offsets[4]], ["bee", "bee"])


def test_a_missing_manifest_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"manifest.parquet: this manifest does not exist"):
        read_manifest(tmp_path / "manifest.parquet")


def test_a_file_that_is_no_parquet_is_a_user_error(tmp_path):
    (tmp_path / "manifest.parquet").write_text("uid,shard\n")
    with pytest.raises(UserError, match="not a readable manifest"):
        read_manifest(tmp_path / "manifest.parquet")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"caption": None}, "it has no column caption"),
        ({"uid": ["a", "b", "a"]}, "1 uids are repeated"),
        ({"shard": ["0.tar", None, None]}, "2 samples have no image"),
        ({"offset": [0, None, 1]}, "1 samples have no image"),
        ({"uid": ["a", None, "b"]}, "some uids are no text"),
    ],
)
def test_manifests_that_are_wrong_say_how(make_manifest, columns, message):
    with pytest.raises(UserError, match=message):
        read_manifest(make_manifest(samples=3, columns=columns))


def test_missing_values_are_counted_and_the_subset_named(make_manifest):
    manifest = read_manifest(make_manifest(samples=3, columns={"label": ["ant", None, None]}))
    with pytest.raises(UserError, match=r"manifest.parquet: 2 of 3 samples have no label, which objective supervised"):
        manifest.require("label", manifest.labels, "supervised")


@pytest.mark.parametrize("weights", [[-1.0, 1.0, 1.0], [None, 1.0, 1.0], [0.0] * 3, [float("inf"), 1.0, 1.0]])
def test_weights_that_cannot_be_are_refused(make_manifest, weights):
    with pytest.raises(UserError, match="weights are numbers of 0 or more, and not all 0"):
        read_manifest(make_manifest(samples=3, columns={"weight": pa.array(weights, pa.float32())}))
