import hashlib
from itertools import islice

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clipcause.training import order
from clipcause.training.order import Blocks, batches, order_digest, permutation

KEY = hashlib.sha256(b"a manifest").hexdigest()


def slow_batches(samples, batch_size, steps, seed, permutation=permutation):
    """The order, one sample at a time: take the next of the epoch's list that the batch does not hold yet."""
    result, epoch, pending = [], 0, []
    for _ in range(steps):
        batch = []
        while len(batch) < batch_size:
            if not pending:
                pending = permutation(samples, seed, epoch, KEY).tolist()
                epoch += 1
            sample = next(sample for sample in pending if sample not in batch)
            pending.remove(sample)
            batch.append(sample)
        result.append(batch)
    return result


@given(st.integers(1, 12), st.integers(0, 30), st.integers(1, 25), st.integers(0, 2**32))
def test_order_against_a_slow_reference(batch_size, more, steps, seed):
    samples = batch_size + more
    seen = [rows.tolist() for rows in batches(samples, batch_size, steps, seed, KEY)]
    assert seen == slow_batches(samples, batch_size, steps, seed)
    assert all(len(set(rows)) == batch_size for rows in seen)
    joined = [row for rows in seen for row in rows]
    for start in range(0, len(joined) - samples + 1, samples):
        assert sorted(joined[start : start + samples]) == list(range(samples))


@given(st.integers(1, 12), st.integers(0, 30), st.integers(1, 25), st.integers(1, 9), st.integers(1, 5), st.integers(0))
def test_order_of_blocks_against_a_slow_reference(batch_size, more, steps, size, together, seed):
    samples = batch_size + more
    blocks = Blocks(np.random.default_rng(seed).permutation(samples), size, together)
    seen = [rows.tolist() for rows in batches(samples, batch_size, steps, seed, KEY, blocks=blocks)]
    assert seen == slow_batches(samples, batch_size, steps, seed, lambda _, *which: blocks.permutation(*which))
    assert all(len(set(rows)) == batch_size for rows in seen)
    joined = [row for rows in seen for row in rows]
    for start in range(0, len(joined) - samples + 1, samples):
        assert sorted(joined[start : start + samples]) == list(range(samples))
    first = seed % (steps + 1)
    resumed = [rows.tolist() for rows in batches(samples, batch_size, steps, seed, KEY, first, blocks)]
    assert resumed == seen[first:]


@given(st.integers(1, 9), st.integers(1, 12), st.integers(1, 5), st.integers(0, 2**32))
def test_samples_are_mixed_with_those_of_a_few_whole_blocks(size, count, together, seed):
    blocks = Blocks(np.random.default_rng(seed).permutation(size * count), size, together)
    order = blocks.permutation(seed, 0, KEY).tolist()
    assert sorted(order) == list(range(size * count))
    for start in range(0, len(order), size * together):
        mixed = set(order[start : start + size * together])
        touched = [rows for rows in (set(blocks.rows(number).tolist()) for number in range(count)) if rows & mixed]
        assert mixed == set().union(*touched)
        assert len(touched) == len(mixed) // size <= together


def test_blocks_of_everything_are_seen_in_an_order_like_any_other():
    orders = {
        tuple(Blocks(np.arange(50), size, together).permutation(seed, epoch, KEY).tolist())
        for size, together in ((50, 1), (5, 10))
        for seed in (0, 1)
        for epoch in (0, 1)
    }
    assert len(orders) == 8
    assert all(abs(np.corrcoef(order, np.arange(50))[0, 1]) < 0.4 for order in orders)


def test_the_random_order_is_what_it_always_was():
    """Trained models hang on it: the digest is that of the first release."""
    seen = batches(samples=1000, batch_size=48, steps=60, seed=3, key=KEY)
    assert (
        order_digest(np.array([f"{row:04d}".encode() for row in range(1000)]), seen)
        == "93574701a0cc32931c1a56ae0ba20bca8108fc6b1b3b33d0df43b07d36b3a50e"
    )


@given(st.integers(1, 8), st.integers(0, 20), st.integers(0, 20))
def test_a_resumed_order_goes_on_where_it_was(batch_size, more, first):
    whole = list(batches(batch_size + more, batch_size, 20, 7, KEY))
    resumed = list(batches(batch_size + more, batch_size, 20, 7, KEY, first=first))
    np.testing.assert_array_equal(np.array(resumed), np.array(whole[first:]))


def test_a_repeated_sample_moves_right_behind_the_straddling_batch(monkeypatch):
    permutations = {0: [0, 1, 2, 3, 4], 1: [4, 3, 2, 1, 0]}
    monkeypatch.setattr(order, "permutation", lambda samples, seed, epoch, key: np.array(permutations[epoch]))
    assert [rows.tolist() for rows in batches(5, 3, 3, 0, KEY)] == [[0, 1, 2], [3, 4, 2], [4, 3, 1]]


def test_seed_epoch_and_manifest_change_the_order():
    other = hashlib.sha256(b"another manifest").hexdigest()
    orders = {
        tuple(permutation(50, seed, epoch, key).tolist()) for seed in (0, 1) for epoch in (0, 1) for key in (KEY, other)
    }
    assert len(orders) == 8


def test_digest_is_of_the_uids_in_the_order_seen():
    uids = np.array([b"aa", b"bb", b"cc"])
    rows = [np.array([2, 0]), np.array([1, 2])]
    assert order_digest(uids, iter(rows)) == hashlib.sha256(b"ccaabbcc").hexdigest()


def test_the_order_needs_no_memory_of_the_budget():
    assert len(list(islice(batches(10, 3, 10**12, 0, KEY), 5))) == 5
