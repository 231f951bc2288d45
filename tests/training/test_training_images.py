import numpy as np
import pytest
import torch

from clipcause.errors import UserError
from clipcause.models.preprocess import Preprocess
from clipcause.progress import Progress
from clipcause.tarshards import ShardReader
from clipcause.training.images import Images
from clipcause.training.manifest import read_manifest

PREPROCESS = Preprocess(12, (0, 0, 0), (1, 1, 1))
ORDER = [np.array([2, 0]), np.array([5, 1]), np.array([0, 4]), np.array([3, 2]), np.array([1, 5]), np.array([4, 3])]


def load(manifest, threads=1, memory=1 << 30):
    return Images(manifest, PREPROCESS, threads, memory, Progress("reading", len(manifest), "images"))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("memory", [0, 1 << 30])
def test_batches_hold_the_decoded_images_in_the_order_asked(make_manifest, threads, memory):
    manifest = read_manifest(make_manifest(samples=6))
    reader = ShardReader()
    places = zip(manifest.shards, manifest.offsets, manifest.sizes, strict=True)
    pixels = [PREPROCESS.decode(reader.read(*place)) for place in places]
    batches = list(load(manifest, threads, memory).batches(ORDER))
    assert [rows.tolist() for rows, _ in batches] == [rows.tolist() for rows in ORDER]
    for rows, images in batches:
        assert images.dtype == torch.uint8
        np.testing.assert_array_equal(images.numpy(), np.stack([pixels[row] for row in rows]))


@pytest.mark.parametrize("memory", [0, 1 << 30])
def test_undecodable_samples_are_named_and_left_out(make_manifest, memory):
    manifest = read_manifest(make_manifest(samples=8, broken=2))
    images = load(manifest, memory=memory)
    assert images.undecodable == [uid.decode() for uid in manifest.uids[:2]]
    assert images.manifest.uids.tolist() == manifest.uids[2:].tolist()
    whole = load(manifest.keep(range(2, 8)))
    for (_, ours), (_, expected) in zip(images.batches(ORDER), whole.batches(ORDER), strict=True):
        assert torch.equal(ours, expected)


def test_a_missing_shard_is_not_an_undecodable_image(make_manifest):
    manifest = read_manifest(make_manifest(samples=2, columns={"shard": ["nowhere.tar"] * 2}))
    with pytest.raises(UserError, match=r"nowhere\.tar"):
        load(manifest)
