import hashlib
from itertools import islice

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clipcause.training import order
from clipcause.training.order import batches, order_digest, permutation

KEY = hashlib.sha256(b"a manifest").hexdigest()


def slow_batches(samples, batch_size, steps, seed):
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
