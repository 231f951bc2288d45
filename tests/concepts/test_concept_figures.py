"""Figures of concept frequencies: files, tables and captions; the same bytes twice."""

import json

import numpy as np
import pandas as pd
import pytest

from clipcause.concepts.figures import FIGURES, draw_figures
from clipcause.concepts.figures.tables import ORDER, FrequencyTables, share_interval
from clipcause.concepts.frequency import Counting, Frequency, Totals
from clipcause.concepts.zipf import fit_zipf

NAMES = [f"class {number}" for number in range(25)]
COUNTS = np.array([1_000 // (number + 1) for number in range(24)] + [0])
PER_CENT = ["share", "low", "high"]


def frequency(counts, labels=False, names=NAMES, total=5_000):
    counts = np.asarray(counts)
    ids = tuple(f"n{number:02d}" for number in range(len(counts)))
    labelled = np.full(len(counts), 40) if labels else 0 * counts
    agreeing = np.minimum(counts, 30) if labels else 0 * counts
    counting = Counting("phrase", None, "digest")
    return Frequency(counting, Totals(total, 0, 0), labels, ids, tuple(names), counts, 0 * counts, labelled, agreeing)


def draw(folder, **counted):
    """The folder of the figures of these counts, and the names in its index."""
    paths = {}
    for name, each in counted.items():
        paths[name] = folder / f"{name}.parquet"
        each.write(paths[name])
    draw_figures("imagenet", paths, folder / "figures")
    index = json.loads((folder / "figures" / "index.json").read_text())
    return folder / "figures", [entry["name"] for entry in index]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    counts = {"diverse": frequency(COUNTS, labels=True), "longtail": frequency(COUNTS[::-1])}
    return draw(tmp_path_factory.mktemp("drawn"), **counts)[0]


def test_every_figure_has_its_files_and_words(drawn):
    index = json.loads((drawn / "index.json").read_text())
    names = [entry["name"] for entry in index]
    assert sorted(names) == ["agreement_with_labels", "ends_of_ranking", "pool_against_pool", "rank_frequency"]
    assert names == list(ORDER) and set(names) == set(FIGURES)
    for entry in index:
        assert entry["title"] and entry["caption"].endswith(".")
        assert (drawn / f"{entry['name']}.svg").read_bytes().startswith(b"<?xml")
        assert (drawn / f"{entry['name']}.png").read_bytes().startswith(b"\x89PNG")
        assert (drawn / f"{entry['name']}.csv").stat().st_size > 100
    assert len(list(drawn.iterdir())) == 3 * len(index) + 1


def test_the_ranking_holds_what_occurs(drawn):
    table = pd.read_csv(drawn / "rank_frequency.csv")
    fit = ["exponent", "exponent_low", "exponent_high", "fitted"]
    assert list(table) == ["counted", "rank", "concept", "name", "captions", *PER_CENT, *fit]
    assert table.groupby("counted").size().to_dict() == {"diverse": 24, "longtail": 24}
    first = table[table["counted"] == "diverse"]
    assert first["rank"].tolist() == list(range(1, 25))
    assert first["captions"].tolist() == sorted(COUNTS[:24], reverse=True)
    assert first["share"].tolist() == pytest.approx(first["captions"] / 5_000)
    zipf = fit_zipf(COUNTS)
    assert first[fit[:3]].iloc[0].tolist() == pytest.approx(zipf[:3])
    assert first["fitted"].tolist() == pytest.approx(zipf.scale * first["rank"] ** -zipf.exponent)


def test_the_ends_are_the_most_and_the_least(drawn):
    table = pd.read_csv(drawn / "ends_of_ranking.csv")
    assert list(table) == ["end", "concept", "name", "captions", "rank", *PER_CENT]
    assert table[table["end"] == "most"]["name"].tolist() == NAMES[:10]
    assert table[table["end"] == "least"]["name"].tolist() == NAMES[15:]
    assert table["share"].iloc[0] == 20 and table["share"].iloc[-1] == 0  # per cent of 5,000
    assert (table["low"] <= table["share"]).all() and (table["share"] <= table["high"]).all()


def test_a_pool_against_another(drawn):
    table = pd.read_csv(drawn / "pool_against_pool.csv").set_index("concept")
    both = [f"{column}_{pool}" for pool in ("first", "other") for column in PER_CENT]
    assert list(table) == ["name", "first", "other", *both, "rank_correlation"]
    assert len(table) == 25 and set(table["first"]) == {"diverse"} and set(table["other"]) == {"longtail"}
    assert table.loc["n00", ["share_first", "share_other"]].tolist() == [20, 0]
    assert table.loc["n24", ["share_first", "share_other"]].tolist() == [0, 20]
    assert table["rank_correlation"].unique() == pytest.approx([-1], abs=0.01)


def test_agreement_with_labels_by_hand(drawn):
    table = pd.read_csv(drawn / "agreement_with_labels.csv").set_index("concept")
    ends = [f"{measure}{end}" for measure in ("precision", "recall") for end in ("", "_low", "_high")]
    assert list(table) == ["name", "captions", "labelled", "agreeing", *ends]
    assert table.loc["n00", ["captions", "labelled", "agreeing"]].tolist() == [1_000, 40, 30]
    assert table.loc["n00", ["precision", "recall"]].tolist() == [3, 75]
    assert np.isnan(table.loc["n24", "precision"]) and table.loc["n24", "recall"] == 0
    low, high = share_interval(np.array([30]), 40)
    assert table.loc["n00", ["recall_low", "recall_high"]].tolist() == pytest.approx([100 * low[0], 100 * high[0]])


def test_the_interval_of_a_share_is_wilsons():
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    low, high = share_interval(np.array([81, 15, 0, 1]), np.array([263, 148, 20, 29]))
    assert low == pytest.approx([0.2553, 0.0624, 0.0000, 0.0061], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)
    assert share_interval(np.array([5, 0]), 10)[0] == pytest.approx(
        share_interval(np.array([5, 0]), np.array([10] * 2))[0]
    )
    assert np.isnan(share_interval(np.array([0]), 0)).all()


def test_ties_are_ranked_by_concept():
    frame = FrequencyTables("v", {"pool": frequency([2, 7, 2, 7], names="abcd")}).frame("pool")
    assert frame["concept"].tolist() == ["n01", "n03", "n00", "n02"] and frame["rank"].tolist() == [1, 2, 3, 4]


def test_same_bytes_twice(drawn, tmp_path):
    again, _ = draw(tmp_path, diverse=frequency(COUNTS, labels=True), longtail=frequency(COUNTS[::-1]))
    for path in drawn.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_one_count_has_no_other_and_no_labels_no_agreement(tmp_path):
    figures, names = draw(tmp_path, diverse=frequency(COUNTS))
    assert names == ["rank_frequency", "ends_of_ranking"]
    assert len(list(figures.iterdir())) == 3 * 2 + 1
    assert "pool_against_pool" not in " ".join(path.name for path in figures.iterdir())


@pytest.mark.parametrize(
    ("counts", "others", "expected"),
    [
        ([0] * 5, [0] * 5, {"agreement_with_labels", "ends_of_ranking"}),
        ([9, 0], [0, 9], {"agreement_with_labels", "ends_of_ranking", "rank_frequency"}),
        ([9, 1], [0, 1], {"agreement_with_labels", "ends_of_ranking", "rank_frequency", "pool_against_pool"}),
        ([9], [9], {"agreement_with_labels", "rank_frequency", "pool_against_pool"}),
    ],
)
def test_counts_that_say_little_are_drawn_too(tmp_path, counts, others, expected):
    names = NAMES[: len(counts)]
    first, other = frequency(counts, labels=True, names=names), frequency(others, names=names)
    assert expected <= set(draw(tmp_path, first=first, other=other)[1])


def test_only_so_many_pools_are_drawn():
    tables = FrequencyTables("v", {f"pool {number}": frequency(np.roll(COUNTS, number)) for number in range(8)})
    assert FIGURES["pool_against_pool"].frame(tables)["other"].unique().tolist() == [
        f"pool {each}" for each in range(1, 7)
    ]
    assert FIGURES["rank_frequency"].frame(tables)["counted"].unique().tolist() == [f"pool {each}" for each in range(7)]


def test_names_are_text_not_formulas(tmp_path):
    odd = ["$1 bill$", "$\\frac$", "a_b^c", "<svg>&", "100 %", "\\alpha", "", 'a, "b"', "x" * 60, "naïve"]
    counts = [2 ** (10 - number) for number in range(10)]
    first, other = frequency(counts, labels=True, names=odd), frequency(counts[::-1], names=odd)
    figures, names = draw(tmp_path, first=first, other=other)
    assert len(names) == 4
    assert pd.read_csv(figures / "ends_of_ranking.csv", keep_default_na=False)["name"].tolist() == odd
