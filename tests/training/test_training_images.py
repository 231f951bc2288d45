from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clipcause.errors import UserError
from clipcause.files.tarshards import ShardReader
from clipcause.job.progress import Progress
from clipcause.models.preprocess import Preprocess
from clipcause.training.blocks import BlockReader, Promised
from clipcause.training.images import Images
from clipcause.training.manifest import read_manifest
from clipcause.training.order import Blocks, batches

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


@pytest.fixture
def reads(monkeypatch):
    """The (shard, offset, size) of every read that the system is asked for, in their order."""
    seen, pread = [], ShardReader.read
    monkeypatch.setattr(ShardReader, "read", lambda self, *place: seen.append(place) or pread(self, *place))
    return seen


@given(
    st.integers(4, 40),
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 9),
    st.integers(0, 99),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_hold_the_same_pixels_as_single_samples(
    make_manifest, samples, batch_size, size, together, threads, first, seed
):
    manifest = read_manifest(make_manifest(samples=samples, image_size=8))
    images = load(manifest, threads, memory=0)
    blocks = Blocks(images.manifest.by_place, size, together)

    def order(begin):
        return batches(samples, batch_size, 25, seed, manifest.order_key, begin, blocks)

    expected = list(images.batches(order(first)))
    seen = list(images.batches(order(first), blocks))
    assert len(seen) == len(expected) == 25 - first
    for (rows, pixels), (expected_rows, expected_pixels) in zip(seen, expected, strict=True):
        assert torch.equal(rows, expected_rows)
        assert torch.equal(pixels, expected_pixels)


def test_every_block_is_read_once_an_epoch_in_one_read(make_manifest, reads):
    manifest = read_manifest(make_manifest(samples=64))
    images = load(manifest, threads=3, memory=0)
    blocks = Blocks(manifest.by_place, 8, 2)
    reads.clear()
    list(images.batches(batches(64, 4, 3 * 16, 0, manifest.order_key, blocks=blocks), blocks))
    assert len(reads) == 3 * 8
    assert set(Counter(reads).values()) == {3}


def test_a_resumed_run_reads_only_the_blocks_that_it_still_needs(make_manifest, reads):
    manifest = read_manifest(make_manifest(samples=64))
    images = load(manifest, memory=0)
    blocks = Blocks(manifest.by_place, 8, 2)
    reads.clear()
    list(images.batches(batches(64, 4, 16, 0, manifest.order_key, 13, blocks), blocks))
    assert len(reads) == 2  # the last three batches are of the two blocks that come last


def test_blocks_in_memory_are_few(make_manifest, monkeypatch):
    """The bytes of a sample are gone once it is decoded, and no more is read ahead than half of what is mixed."""
    manifest = read_manifest(make_manifest(samples=400, image_size=8))
    images = load(manifest, memory=0)
    blocks = Blocks(manifest.by_place, 5, 4)
    held = most = 0
    load_block, take = BlockReader._load, Promised.take

    def count_loaded(self, rows):
        nonlocal held, most
        held += len(rows)
        most = max(most, held)
        return load_block(self, rows)

    def count_taken(self):
        nonlocal held
        held -= 1
        return take(self)

    monkeypatch.setattr(BlockReader, "_load", count_loaded)
    monkeypatch.setattr(Promised, "take", count_taken)
    monkeypatch.setattr("clipcause.training.images.AHEAD", 0)
    list(images.batches(batches(400, 2, 400, 0, manifest.order_key, blocks=blocks), blocks))
    assert held == 0
    assert most <= 2 * 20 + 2


def test_the_first_pass_reads_forward_and_neighbours_at_once(make_manifest, reads):
    manifest = read_manifest(make_manifest(samples=40))
    shuffled = manifest.keep(np.random.default_rng(0).permutation(40))
    load(shuffled, threads=2)
    assert len(reads) == 2
    assert reads[0][1] < reads[1][1]


def test_a_block_that_cannot_be_read_is_an_error(make_manifest):
    path = make_manifest(samples=40)
    manifest = read_manifest(path)
    images = load(manifest, memory=0)
    blocks = Blocks(manifest.by_place, 8, 2)
    path.with_name("0.tar").write_bytes(path.with_name("0.tar").read_bytes()[:2000])
    with pytest.raises(UserError, match=r"0\.tar: cut short"):
        list(images.batches(batches(40, 4, 10, 0, manifest.order_key, blocks=blocks), blocks))


def test_a_run_that_stops_early_reads_no_further(make_manifest, reads):
    manifest = read_manifest(make_manifest(samples=400, image_size=8))
    images = load(manifest, memory=0)
    blocks = Blocks(manifest.by_place, 5, 4)
    reads.clear()
    batched = images.batches(batches(400, 4, 100, 0, manifest.order_key, blocks=blocks), blocks)
    next(batched)
    batched.close()
    assert len(reads) <= 8
