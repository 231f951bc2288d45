"""Interventions by similarity against slow references on small random input, and what must hold of each."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from clipcause.embeddings import nearest
from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json
from clipcause.subsets import embedded
from clipcause.subsets.build import build_subset
from clipcause.subsets.order import Order
from made_embeddings import write_embeddings


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(nearest, "CHUNK", 8)
    for module in (embedded, *_interventions()):
        monkeypatch.setattr(module, "BLOCK", 16, raising=False)


def _interventions():
    from clipcause.subsets import clusters
    from clipcause.subsets.interventions import duplicates, pruning, scores

    return clusters, duplicates, pruning, scores


def vectors(rows: int, seed: int, spread: float = 0.5) -> torch.Tensor:
    """Unit vectors around a few directions."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.eye(6)[torch.randint(0, 6, (rows,), generator=generator)]
    return functional.normalize(centres + spread * torch.randn(rows, 6, generator=generator), dim=1)


def stored(made: torch.Tensor) -> torch.Tensor:
    """What is compared of vectors: rounded to fp16, of unit length again."""
    return functional.normalize(made.half().float(), dim=1)


class World:
    """A pool, test sets and a reference with made vectors, and interventions on them."""

    def __init__(self, folder, make_pool, pool: torch.Tensor, pixels=None, labels=None) -> None:
        self.folder, self.pool = folder, stored(pool)
        labels = labels or ["cat"] * len(pool)
        self.samples = make_pool(labels)
        self.uids = [f"{number:020x}" for number in range(len(pool))]
        self.folders = {}
        files = [len(pool) // 2, len(pool) - len(pool) // 2]
        self.add("images", self.uids, pool, pixels, files)

    def add(self, role, uids, made, pixels=None, files=None, **identity):
        folder = self.folder / role.replace("/", "_")
        pixels = pixels or [f"{role} {number}" for number in range(len(uids))]
        self.folders[role] = (write_embeddings(folder, uids, made, pixels, files, **identity),)

    def testset(self, name, made, pixels=None):
        self.add(f"testsets/{name}", [f"{name}{number}" for number in range(len(made))], made, pixels)

    def build(self, name="subset", source=None, **asked):
        source = source or self.samples
        settings = {"from": ["web"], "where": {}, "samples": None, "fraction": None, "distance": None} | asked
        pools = {"web": self.samples}
        sources = pools if source == self.samples else {"before": source}
        order = Order(name, settings, 0, sources, pools, asked.get("vocabulary"), embeddings=self.folders)
        paths = [self.folder / f"{name}.{kind}" for kind in ("parquet", "json", "removed.parquet")]
        build_subset(order, paths[0], paths[1], removed=paths[2])
        kept = pq.read_table(paths[0])["uid"].to_pylist()
        removed = {row["uid"]: row for row in pq.read_table(paths[2]).to_pylist()}
        assert not set(kept) & set(removed)
        return kept, removed, read_json(paths[1])


@pytest.fixture
def world(tmp_path, make_pool):
    return lambda *given, **named: World(tmp_path, make_pool, *given, **named)


@pytest.mark.parametrize("seed", range(6))
def test_near_prune_against_a_slow_reference(world, seed):
    made = world(vectors(70, seed))
    tests = {"one": vectors(11, 100 + seed), "two": vectors(20, 200 + seed)}
    for name, points in tests.items():
        made.testset(name, points)
    reference = vectors(25, 300 + seed)
    made.add("reference", [f"r{number}" for number in range(25)], reference)
    kept, removed, card = made.build(method="near_prune")
    points, reference = stored(torch.cat(list(tests.values()))), stored(reference)
    names = [f"{name}{n}" for name in tests for n in range(len(tests[name]))]
    excess = made.pool @ points.T - (reference @ points.T).amax(dim=0)
    near = (excess > 1e-5).any(dim=1)
    assert 0 < near.sum() < 70
    assert kept == [uid for uid, gone in zip(made.uids, near, strict=True) if not gone]
    assert set(removed) == set(made.uids) - set(kept)
    for uid, row in removed.items():
        number = made.uids.index(uid)
        assert row["testset_uid"] == names[excess[number].argmax()]
        similarity = made.pool[number] @ points[excess[number].argmax()]
        assert row["similarity"] == pytest.approx(similarity.item(), abs=1e-5)
        assert row["similarity"] - row["threshold"] == pytest.approx(excess[number].max().item(), abs=1e-5)
    left = made.pool[[made.uids.index(uid) for uid in kept]]
    assert ((left @ points.T).amax(dim=0) <= (reference @ points.T).amax(dim=0) + 2e-5).all()
    assert sum(card["notes"]["pruned_by"].values()) == len(removed)


def test_a_pool_pruned_against_itself_as_reference_stays_whole(world):
    """Ties are no excess, whatever the pieces."""
    made = world(vectors(40, 0))
    made.testset("one", vectors(30, 1))
    made.add("reference", made.uids, vectors(40, 0))
    kept, removed, _ = made.build(method="near_prune")
    assert kept == made.uids and not removed


@pytest.mark.parametrize("seed", range(4))
def test_far_prune_keeps_the_nearest(world, seed):
    made = world(vectors(60, seed))
    made.testset("one", vectors(9, seed + 10))
    made.testset("two", vectors(9, seed + 20))
    points = stored(torch.cat([vectors(9, seed + 10), vectors(9, seed + 20)]))
    nearest_of = (made.pool @ points.T).amax(dim=1)
    kept, removed, card = made.build(method="far_prune", fraction=0.25)
    expected = nearest_of.argsort(descending=True)[:15]
    assert kept == sorted(made.uids[number] for number in expected)
    assert len(removed) == 45 and card["samples"] == 15
    for uid, row in removed.items():
        number = made.uids.index(uid)
        assert row["similarity"] == pytest.approx(nearest_of[number].item(), abs=1e-6)
        at = (made.pool[number] @ points.T).argmax().item()
        assert row["testset_uid"] == (f"one{at}" if at < 9 else f"two{at - 9}")


def test_far_prune_ties_go_to_the_smaller_uid_and_more_than_there_are_is_an_error(world):
    made = world(torch.eye(6)[:1].repeat(10, 1))
    made.testset("one", torch.eye(6)[:2])
    kept, _, _ = made.build(method="far_prune", samples=4)
    assert kept == made.uids[:4]
    with pytest.raises(UserError, match="samples is 11"):
        made.build(method="far_prune", samples=11)


def slow_deduplication(pool, uids, distance):
    """Within one cluster: drop x if an earlier one, by the hash of the uid, is within the distance."""
    import hashlib

    order = sorted(range(len(uids)), key=lambda number: hashlib.sha256(uids[number].encode()).hexdigest())
    gone = {}
    for place, number in enumerate(order):
        earlier = order[:place]
        if earlier:
            similar = [(pool[number] @ pool[other]).item() for other in earlier]
            if max(similar) >= 1 - distance - 1e-6:
                gone[uids[number]] = (uids[earlier[int(np.argmax(similar))]], max(similar))
    return gone


@pytest.mark.parametrize("seed", range(5))
def test_deduplication_in_one_cluster_against_a_slow_reference(world, seed):
    made = world(vectors(60, seed, spread=0.3))
    kept, removed, _ = made.build(method="deduplicate", distance=0.1, clusters=1)
    expected = slow_deduplication(made.pool, made.uids, 0.1)
    assert 5 < len(expected) < 58
    assert {uid: row["duplicate_of"] for uid, row in removed.items()} == {uid: of for uid, (of, _) in expected.items()}
    assert kept == [uid for uid in made.uids if uid not in expected]


@pytest.mark.parametrize("clusters", [2, 4, 60])
def test_deduplication_leaves_no_pair_above_the_threshold_in_a_cluster(world, clusters, monkeypatch):
    from clipcause.subsets.interventions import duplicates

    seen, clustered = [], duplicates.clustered

    def recorded(*given):
        for numbers, vectors in clustered(*given):
            seen.append(numbers.tolist())
            yield numbers, vectors

    monkeypatch.setattr(duplicates, "clustered", recorded)
    made = world(vectors(60, 1, spread=0.3))
    kept, removed, card = made.build(method="deduplicate", distance=0.1, clusters=clusters)
    assert set(kept) | set(removed) == set(made.uids) and 1 <= card["notes"]["clusters"] <= clusters
    assert sorted(number for cluster in seen for number in cluster) == list(range(60)) and len(seen) > 1
    numbers = {made.uids.index(uid) for uid in kept}
    for cluster in seen:
        left = made.pool[[number for number in cluster if number in numbers]]
        pairs = (left @ left.T).triu(diagonal=1)
        assert (pairs < 0.9).all()
    one = slow_deduplication(made.pool, made.uids, 0.1)
    assert set(removed) <= set(one)  # clusters only ever hide pairs


def test_equal_images_are_duplicates_at_distance_zero(world):
    made = world(vectors(5, 0).repeat(3, 1))
    kept, removed, _ = made.build(method="deduplicate", distance=0.0, clusters=None)
    assert len(kept) == 5 and len(removed) == 10


@pytest.mark.parametrize("method", ["deduplicate", "decontaminate", "near_prune", "far_prune", "clip_score"])
def test_a_pool_may_have_columns_of_the_names_that_scores_have(world, make_pool, method):
    """LAION's tables have a similarity of their own."""
    made = world(vectors(12, 0))
    made.testset("one", vectors(4, 1))
    made.add("reference", [f"r{number}" for number in range(6)], vectors(6, 2))
    made.add("captions/web", made.uids, vectors(12, 3))
    asked = {"distance": 0.1, "clusters": None, "fraction": 0.5 if method in ("far_prune", "clip_score") else None}
    plain = made.build(method=method, at_least=None, **asked)[:2]
    names = ("similarity", "twin", "point", "excess", "number", "place", "threshold")
    made.samples = make_pool(["cat"] * 12, **{name: [0.5] * 12 for name in names})
    assert made.build(method=method, at_least=None, **asked)[:2] == plain


def test_decontamination_finds_equal_and_near_images(world):
    pool = vectors(30, 0)
    made = world(pool, [f"pixels {number}" for number in range(30)])
    points = functional.normalize(torch.cat([pool[:2] + 0.01, vectors(6, 9)]), dim=1)
    made.testset("one", points, ["x", "y", "pixels 7", *"abcde"])
    made.testset("two", vectors(4, 10), ["pixels 8", "pixels 7", "z", "w"])
    kept, removed, card = made.build(method="decontaminate", distance=0.001)
    near = {
        made.uids[number]
        for number in range(30)
        if (made.pool[number] @ stored(torch.cat([points, vectors(4, 10)])).T).max() >= 0.999
    }
    expected = near | {made.uids[7], made.uids[8]}
    assert {made.uids[0], made.uids[1]} <= near
    assert set(removed) == expected and set(kept) == set(made.uids) - expected
    assert removed[made.uids[7]]["exact"] and removed[made.uids[8]]["testset_uid"] == "two0"
    assert not removed[made.uids[0]]["exact"] and removed[made.uids[0]]["testset_uid"] == "one0"
    assert card["notes"]["contaminated"]["two"]["exact"] == 2  # image 7 stands in both test sets
    exact, _, card = made.build("exact", method="decontaminate", distance=None)
    assert set(made.uids) - set(exact) == {made.uids[7], made.uids[8]}
    assert card["notes"]["contaminated"]["one"] == {"exact": 1, "near": 0}


def test_clip_score_keeps_what_fits_its_caption(world):
    made = world(vectors(20, 0))
    captions = vectors(20, 1)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(0)).tolist()
    made.add("captions/web", [made.uids[number] for number in order], captions[order])
    score = (made.pool * stored(captions)).sum(dim=1)
    kept, removed, _ = made.build(method="clip_score", at_least=0.2)
    assert kept == [uid for uid, each in zip(made.uids, score, strict=True) if each >= 0.2]
    for uid, row in removed.items():
        assert row["similarity"] == pytest.approx(score[made.uids.index(uid)].item(), abs=1e-6)
    kept, _, _ = made.build("top", method="clip_score", at_least=None, samples=5)
    assert kept == sorted(made.uids[number] for number in score.argsort(descending=True)[:5])


def test_samples_without_a_caption_or_image_vector_have_no_score(world):
    made = world(vectors(4, 0))
    made.add("captions/web", made.uids[:3], vectors(3, 5))
    write_embeddings(made.folder / "fewer", made.uids[1:], vectors(4, 0)[1:])
    made.folders["images"] = (made.folder / "fewer",)
    kept, removed, card = made.build(method="clip_score", at_least=-1.0)
    assert kept == made.uids[1:3] and removed[made.uids[0]]["similarity"] is None
    assert card["notes"]["without_vector"] == 2
    with pytest.raises(UserError, match="2 have a caption and a readable image"):
        made.build(method="clip_score", at_least=None, samples=3)


def test_text_similarity_compares_with_the_labels_definition(world):
    labels = ["cat", "dog", None, "moon"] * 5
    made = world(vectors(20, 0), labels=labels)
    captions, definitions = vectors(20, 1), vectors(2, 2)
    made.add("captions/web", made.uids, captions)
    made.add("definitions", ["dog", "cat"], definitions)
    kept, removed, _ = made.build(method="text_similarity", at_least=0.1, vocabulary="unread.csv")
    of = {"dog": stored(definitions)[0], "cat": stored(definitions)[1]}
    score = {
        uid: (stored(captions)[number] @ of[label]).item()
        for number, (uid, label) in enumerate(zip(made.uids, labels, strict=True))
        if label in of
    }
    assert kept == [uid for uid in made.uids if score.get(uid, -2) >= 0.1]
    assert len(removed) == 20 - len(kept) and len(kept) > 0


def test_images_without_a_vector_are_dropped_where_nothing_can_be_told_and_counted(world):
    made = world(vectors(6, 0))
    write_embeddings(made.folder / "fewer", made.uids[2:], vectors(6, 0)[2:])
    made.folders["images"] = (made.folder / "fewer",)
    made.testset("one", vectors(3, 1))
    made.add("reference", ["r", "s", "t"], vectors(3, 1))
    kept, _, card = made.build(method="near_prune")
    assert not set(kept) & set(made.uids[:2]) and card["notes"]["without_vector"] == 2


def test_embeddings_of_two_models_are_refused(world):
    made = world(vectors(6, 0))
    made.add("testsets/one", ["t"], vectors(1, 1), weights="other")
    with pytest.raises(UserError, match=r"embedded by another model.*weights is these here, other there"):
        made.build(method="far_prune", samples=2)


def test_the_same_order_gives_the_same_bytes(world):
    made = world(vectors(50, 0))
    digests = set()
    for name in ("one", "two"):
        made.build(name, method="deduplicate", distance=0.1, clusters=3)
        digests.add(file_digest(made.folder / f"{name}.parquet"))
    assert len(digests) == 1


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1000), pruned=st.integers(1, 40))
def test_what_is_kept_and_what_is_removed_is_all_there_was(tmp_path_factory, seed, pruned):
    folder = tmp_path_factory.mktemp("world")

    def make_pool(labels):
        import pyarrow as pa

        rows = {"uid": [f"{number:020x}" for number in range(len(labels))], "shard": ["a"] * len(labels)}
        rows |= {"offset": range(len(labels)), "size": [1] * len(labels), "caption": labels, "label": labels}
        pq.write_table(pa.table(rows), folder / "pool.parquet")
        return folder / "pool.parquet"

    made = World(folder, make_pool, vectors(40, seed))
    made.testset("one", vectors(5, seed + 1))
    kept, removed, _ = made.build(method="far_prune", samples=pruned)
    assert len(kept) == pruned and sorted([*kept, *removed]) == made.uids
