"""M4: the exact solution against a general solver, its certificate, the stochastic method, and what is drawn."""

from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse
from stochastic_m4 import solve_stochastically

from clipcause.errors import UserError
from clipcause.files.outputs import read_json
from clipcause.subsets.bias import association_bias, representation_bias
from clipcause.subsets.build import build_subset
from clipcause.subsets.moments import MANY, Balance, Patterns, moments, objective, solve
from clipcause.subsets.order import Order


def made_patterns(seed: int, count: int, attributes: int, labels: int, some_show_neither: bool = False) -> Patterns:
    chance = np.random.default_rng(seed)
    bits = np.unique(chance.integers(0, 2, (count, attributes + labels)), axis=0).astype(float)
    counts = chance.integers(1, 50, len(bits))
    shown = chance.random((len(bits), attributes)) < 0.6 if some_show_neither else None
    return Patterns(bits[:, :attributes], sparse.csr_array(bits[:, attributes:]), counts, shown)


def made_balance(patterns: Patterns, eps: float = 0.01, rate: float = 0.7, penalty: float = 50.0) -> Balance:
    labels = patterns.labels.shape[1]
    return Balance(np.full(patterns.attributes.shape[1], 0.5), np.full(labels, eps), eps, rate, penalty)


def by_general_solver(patterns: Patterns, balance: Balance) -> float:
    """The least objective by SLSQP over weights and one slack per constraint, written from the paper."""
    shares, p = patterns.shares, len(patterns.counts)
    centred = patterns.attributes - balance.targets
    if patterns.shown is not None:
        centred = centred * patterns.shown
    rows = [shares * centred[:, k] * patterns.labels.toarray()[:, r] for r in range(patterns.labels.shape[1])
            for k in range(centred.shape[1])]  # fmt: skip
    rows += [shares * centred[:, k] for k in range(centred.shape[1])]
    matrix, eps = np.array(rows), np.repeat(balance.tolerances, centred.shape[1])
    found = optimize.minimize(
        lambda x: 0.5 * shares @ (x[:p] - balance.rate) ** 2 + balance.penalty * x[p:].sum(),
        np.concatenate([np.zeros(p), np.zeros(len(rows))]),
        jac=lambda x: np.concatenate([shares * (x[:p] - balance.rate), np.full(len(rows), balance.penalty)]),
        bounds=[(0, 1)] * p + [(0, None)] * len(rows),
        constraints=[
            {"type": "ineq", "fun": lambda x, s=sign: x[p:] + eps - s * (matrix @ x[:p]),
             "jac": lambda x, s=sign: np.hstack([-s * matrix, np.eye(len(rows))])}
            for sign in (1, -1)
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-13},
    )  # fmt: skip
    return objective(patterns, balance, np.clip(found.x[:p], 0, 1))


@pytest.mark.parametrize("some_show_neither", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_as_good_as_a_general_solver_and_certified(seed, some_show_neither):
    patterns = made_patterns(seed, 40, 1 + seed % 2, 3, some_show_neither)
    balance = made_balance(patterns)
    solution = solve(patterns, balance)
    assert 0 <= solution.gap <= 1e-6
    assert solution.objective <= by_general_solver(patterns, balance) * (1 + 1e-6) + 1e-9
    assert ((solution.weights >= 0) & (solution.weights <= 1)).all()
    assert (np.abs(solution.moments) <= balance.tolerances[:, None] + 1e-12).all()


@given(
    st.integers(0, 10_000),
    st.integers(1, 60),
    st.integers(1, 3),
    st.integers(1, 5),
    st.floats(1e-3, 0.3),
    st.floats(0.05, 1),
)
@settings(max_examples=40, deadline=None)
def test_bounds_constraints_and_certificate_hold_on_random_input(seed, count, attributes, labels, eps, rate):
    patterns = made_patterns(seed, count, attributes, labels)
    balance = made_balance(patterns, eps, rate)
    solution = solve(patterns, balance)
    assert solution.bound <= solution.objective + 1e-12
    assert solution.objective - solution.bound <= 1e-6 * max(solution.objective, 1e-3)
    assert solution.objective <= objective(patterns, balance, np.zeros(len(patterns.counts))) + 1e-12
    assert (np.abs(solution.moments) <= balance.tolerances[:, None] + 1e-9).all()


@pytest.mark.parametrize("penalty", [0.05, 50.0, 1e5])
@pytest.mark.parametrize("eps", [0.0, 1e-6, 1e-3])
def test_it_is_certified_whatever_is_asked_of_it(penalty, eps):
    for seed in range(10):
        patterns = made_patterns(seed, 60, 2, 5)
        solution = solve(patterns, made_balance(patterns, eps, 1.0, penalty))
        assert -1e-12 <= solution.gap <= 1e-6, seed


def test_many_patterns_start_from_few_of_them():
    patterns = made_patterns(0, 30_000, 2, 20)
    balance = made_balance(patterns, eps=1e-4)
    assert len(patterns.counts) > MANY
    solution = solve(patterns, balance)
    assert 0 <= solution.gap <= 1e-6 and solution.iterations < 20
    assert (np.abs(solution.moments) <= balance.tolerances[:, None] + 1e-9).all()


def test_balanced_data_keep_the_rate():
    patterns = Patterns(np.array([[0.0], [1.0]]), sparse.csr_array(np.ones((2, 1))), np.array([10, 10]))
    solution = solve(patterns, made_balance(patterns, rate=0.6))
    assert solution.weights == pytest.approx([0.6, 0.6]) and solution.objective == pytest.approx(0, abs=1e-12)


def test_by_hand():
    # 30 samples have the attribute, 10 lack it, all have the label: means of q (s - 1/2) must be 0, so 30 q1 = 10 q0.
    # With rate 1, q0 = 1 cannot grow, so q1 = 1/3.
    patterns = Patterns(np.array([[0.0], [1.0]]), sparse.csr_array(np.ones((2, 1))), np.array([10, 30]))
    solution = solve(patterns, made_balance(patterns, eps=1e-9, rate=1))
    assert solution.weights == pytest.approx([1, 1 / 3], abs=1e-6)


def test_samples_that_show_neither_keep_the_rate_by_hand():
    # As above, and 100 samples that show neither: they bind nothing and are bound by nothing.
    labels, shown = sparse.csr_array(np.ones((3, 1))), np.array([[True], [True], [False]])
    patterns = Patterns(np.array([[0.0], [1.0], [0.0]]), labels, np.array([10, 30, 100]), shown)
    solution = solve(patterns, made_balance(patterns, eps=1e-9, rate=1))
    assert solution.weights == pytest.approx([1, 1 / 3, 1], abs=1e-6)


def test_samples_one_by_one_have_the_weights_of_their_patterns():
    patterns = made_patterns(3, 30, 2, 3)
    each = np.repeat(np.arange(len(patterns.counts)), patterns.counts)
    singly = Patterns(patterns.attributes[each], patterns.labels[each], np.ones(len(each), int))
    balance = made_balance(patterns)
    assert solve(singly, balance).weights == pytest.approx(solve(patterns, balance).weights[each], abs=1e-4)


def test_it_beats_the_stochastic_method():
    patterns = made_patterns(5, 60, 2, 4)
    balance = made_balance(patterns)
    exact = solve(patterns, balance)
    stochastic = solve_stochastically(patterns, balance, step=2.0, rounds=400, batch=200, seed=0)
    reached = objective(patterns, balance, stochastic)
    assert exact.objective <= reached
    assert reached < objective(patterns, balance, np.full(len(patterns.counts), balance.rate))  # it does learn
    assert np.abs(moments(patterns, balance, stochastic)).max() > np.abs(exact.moments).max() - 1e-9


def test_bias_by_hand():
    attributes = np.array([[1.0], [1.0], [0.0], [0.0], [1.0]])
    labels = sparse.csr_array(np.array([[1.0], [1.0], [1.0], [0.0], [0.0]]))
    weights = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    assert representation_bias(attributes, weights, np.array([0.5])) == pytest.approx([0.0])
    assert association_bias(attributes, labels, weights)[0] == pytest.approx([2 / 3])
    assert representation_bias(attributes, np.ones(5), np.array([0.5])) == pytest.approx([0.1])
    assert association_bias(attributes, labels, np.ones(5))[0] == pytest.approx([2 / 3 - 1 / 2])


def test_bias_of_those_that_show_either_by_hand():
    attributes = np.array([[1.0], [1.0], [0.0], [0.0], [1.0]])
    labels = sparse.csr_array(np.array([[1.0], [1.0], [1.0], [0.0], [0.0]]))
    weights = np.array([[1.0], [0.0], [1.0], [1.0], [0.0]])  # the second and the last show neither
    assert representation_bias(attributes, weights, np.array([0.5])) == pytest.approx([abs(1 / 3 - 1 / 2)])
    assert association_bias(attributes, labels, weights)[0] == pytest.approx([1 / 2])


GOLD = {"words": ["gold", "golden"], "column": None, "values": None, "others": None, "target": 0.5}
M4 = {
    "method": "m4",
    "attributes": {"gold": GOLD},
    "proxies": {}, "eps_representation": 0.002, "eps_association": 0.002, "eps_relative": False,
    "rate": 1.0, "penalty": 100.0, "as": "sampling", "min_kept": 0.05,
}  # fmt: skip


@pytest.fixture
def pool(make_pool):
    """Cups are mostly golden, cats mostly not; a third thing is even."""
    kinds = [
        ("cup", True, 300),
        ("cup", False, 100),
        ("cat", True, 60),
        ("cat", False, 240),
        ("key", True, 80),
        ("key", False, 80),
    ]
    labels = [label for label, _, count in kinds for _ in range(count)]
    captions = [f"a {'Golden' if gold else 'plain'} {label}" for label, gold, count in kinds for _ in range(count)]
    return {"web": make_pool(labels, caption=captions, style=["photo", "sketch"] * 430)}


def test_a_drawn_subset_is_balanced_pattern_by_pattern(pool, subset, rows, tmp_path):
    kept = list(rows(subset("m", pool, **M4)).values())
    notes = read_json(tmp_path / "m.json")["notes"]
    for label in ("cup", "cat", "key"):
        gold = [("Golden" in row["caption"]) for row in kept if row["label"] == label]
        assert abs(sum(gold) - (len(gold) - sum(gold))) <= 0.004 * 2 * 860 + 2
    assert len(kept) == pytest.approx(notes["mean_q"] * 860, abs=6)  # six patterns, each within one sample
    assert notes["bias_before"]["association"]["max"] > 0.3 > 0.02 > notes["bias_expected"]["association"]["max"]
    assert notes["bias_drawn"]["association"]["max"] < 0.05
    assert notes["violated"] == 0 and notes["vacuous"] == []
    assert notes["objective"] - notes["lower_bound"] < 1e-6 * notes["objective"]
    assert len(rows(subset("m", pool, draw=1, **M4))) == pytest.approx(len(kept), abs=6)


@pytest.fixture
def captioned(make_pool, tmp_path):
    """A function (draw, **settings) -> manifest of M4 over samples with several labels, and those labels by uid.

    Golden things are cups more often, and cups come with tea.
    """
    chance = np.random.default_rng(0)
    gold = chance.random(3000) < 0.4
    chances = {"cup": 0.2 + 0.3 * gold, "tea": np.full(3000, 0.3), "cat": 0.3 - 0.2 * gold}
    drawn = {concept: chance.random(3000) < share for concept, share in chances.items()}
    drawn["tea"] |= drawn["cup"]
    pool = make_pool([None] * 3000, caption=["golden" if each else "plain" for each in gold])
    uids = pq.read_table(pool)["uid"].to_pylist()
    labels_of = {uid: frozenset(each for each in drawn if drawn[each][row]) for row, uid in enumerate(uids)}
    pairs = [(uid, concept) for uid, labels in labels_of.items() for concept in labels]
    matches = tmp_path / "matches.parquet"
    pq.write_table(pa.table({"uid": [uid for uid, _ in pairs], "concept": [each for _, each in pairs]}), matches)

    def build(draw=0, **changed):
        settings = {"from": "web", "where": {}, "vocabulary": "things"} | M4 | changed
        order = Order("m", settings, draw, {"web": pool}, {"web": pool}, matches=(matches,))
        manifest = tmp_path / f"drawn{draw}{len(changed)}.parquet"
        build_subset(order, manifest, tmp_path / "card.json")
        return manifest

    return build, {uid: (bool(has), labels_of[uid]) for has, uid in zip(gold, uids, strict=True)}


def test_with_a_vocabulary_a_sample_has_all_labels_of_its_caption(captioned, rows, tmp_path):
    build, pattern_of = captioned
    weights = {uid: row["weight"] for uid, row in rows(build(**{"as": "weights"})).items()}
    assert weights.keys() == pattern_of.keys()
    centred = {uid: weights[uid] * (gold - 0.5) / 3000 for uid, (gold, _) in pattern_of.items()}
    assert abs(sum(centred.values())) <= 0.002 + 1e-6
    for label in ("cup", "tea", "cat"):
        moment = sum(each for uid, each in centred.items() if label in pattern_of[uid][1])
        assert abs(moment) <= 0.002 + 1e-6, label
    by_pattern = defaultdict(set)
    for uid, weight in weights.items():
        by_pattern[pattern_of[uid]].add(weight)
    assert len(by_pattern) == 12 and all(len(equal) == 1 for equal in by_pattern.values())
    kept, sizes = Counter(pattern_of[uid] for uid in rows(build())), Counter(pattern_of.values())
    for pattern, size in sizes.items():
        assert abs(kept[pattern] - next(iter(by_pattern[pattern])) * size) <= 1 + 1e-3
    notes = read_json(tmp_path / "card.json")["notes"]
    assert notes["patterns"] == 12 and notes["violated"] == 0 and set(notes["least_kept"]) == {"cup", "tea", "cat"}


def test_samples_that_show_neither_all_stay(make_pool, subset, rows, tmp_path):
    words = [("gold", 300), ("teal", 100), ("plain", 160)]
    captions = [f"a {word} {label}" for word, count in words for label in ("cup", "cat") for _ in range(count)]
    pool = {"web": make_pool([caption.split()[-1] for caption in captions], caption=captions)}
    attribute = {"gold": GOLD | {"words": ["gold"], "others": ["teal"]}}
    kept = Counter(row["caption"] for row in rows(subset("m", pool, **M4 | {"attributes": attribute})).values())
    assert kept["a plain cup"] == kept["a plain cat"] == 160
    assert kept["a teal cup"] == 100 and abs(kept["a gold cup"] - 100) <= 0.004 * len(captions) + 2
    notes = read_json(tmp_path / "m.json")["notes"]
    assert notes["bias_before"]["representation"]["max"] == pytest.approx(0.25)
    assert notes["bias_drawn"]["representation"]["max"] < 0.01


def test_what_is_drawn_hangs_on_draw_and_data_alone(captioned, rows):
    build, _ = captioned
    first, again, other = build().read_bytes(), build().read_bytes(), build(draw=1)
    assert first == again
    assert rows(other).keys() != rows(build()).keys()


def test_as_weights_every_sample_stays(pool, subset, rows):
    kept = rows(subset("m", pool, **M4 | {"as": "weights"}))
    assert len(kept) == 860
    by_pattern = {}
    for row in kept.values():
        by_pattern.setdefault((row["label"], "Golden" in row["caption"]), set()).add(row["weight"])
    assert all(len(weights) == 1 and 0 < next(iter(weights)) <= 1 for weights in by_pattern.values())
    assert by_pattern["cup", True] < by_pattern["cup", False] or max(by_pattern["cup", True]) < max(
        by_pattern["cup", False]
    )


def test_an_attribute_may_be_a_column_and_a_proxy_a_further_label(pool, subset, tmp_path):
    sketch = {"words": None, "column": "style", "values": ["sketch"], "others": None}
    subset("m", pool, **M4 | {"attributes": {"sketch": sketch | {"target": 0.5}}})
    assert read_json(tmp_path / "m.json")["notes"]["mean_q"] == pytest.approx(1, abs=1e-3)
    subset("m", pool, **M4 | {"proxies": {"sketch": sketch}})
    assert "sketch" in read_json(tmp_path / "m.json")["notes"]["least_kept"]


def test_without_labels_there_is_nothing_to_balance(make_pool, subset):
    with pytest.raises(UserError, match="no candidate has a label"):
        subset("m", {"web": make_pool([None] * 4)}, **M4)


def test_what_balancing_costs_is_bounded_and_told(pool, make_pool, subset, tmp_path):
    with pytest.raises(
        UserError, match=r"leaves 'c.*' .*% of its samples, less than min_kept = 0.9; widen eps_association"
    ):
        subset("m", pool, **M4 | {"min_kept": 0.9})
    rare = {"web": make_pool(["cup"] * 500 + ["elk"], caption=["gold", "plain"] * 250 + ["gold"])}
    subset("m", rare, **M4 | {"eps_association": 0.01})
    assert read_json(tmp_path / "m.json")["notes"]["vacuous"] == ["elk"]
    with pytest.raises(UserError, match="leaves 'elk'"):
        subset("m", rare, **M4 | {"eps_association": 0.01, "eps_relative": True})
