"""Facts about subsets, side by side."""

from clipcause.report.cards import by_class, digests, making, size
from clipcause.report.facts import Cell, Fact, amounts, worded


def test_a_fact_is_the_same_where_all_of_several_subsets_say_it():
    assert Fact("a", [Cell("1"), Cell("1")]).same
    assert not Fact("a", [Cell("1"), Cell("2")]).same
    assert not Fact("a", [Cell("1")]).same


def test_amounts_are_shares_of_the_rows_largest():
    cells = amounts("a", [4, None, 1, 0], ["four", None, "one", "none"]).cells
    assert [(cell.text, cell.share) for cell in cells] == [("four", 1), ("–", None), ("one", 0.25), ("none", 0)]
    assert [cell.share for cell in amounts("a", [0, 0], ["0", "0"]).cells] == [None, None]


def test_settings_of_different_methods_stand_in_one_table():
    drawn = {"method": "random", "from": "web", "samples": 100, "where": {}, "fraction": None}
    pruned = {
        "method": "near_prune",
        "from": ["web", "other"],
        "testsets": ["a", "b"],
        "where": {"style": ["photo", 3]},
    }
    rows = making([drawn, pruned])
    assert [(row.name, *(cell.text for cell in row.cells)) for row in rows] == [
        ("method", "random", "near_prune"),
        ("from", "web", "web, other"),
        ("samples", "100", "–"),
        ("where", "–", "style: photo, 3"),
        ("testsets", "–", "a, b"),
    ]


def card(draw, samples, **changed):
    of = {"draw": draw, "samples": samples, "images": 90, "candidates": 500, "unlabelled": 0, "digest": f"{draw}" * 64}
    return of | {"classes": {"cat": 60, "dog": 30}, "imbalance": 2.0, "head_share": 0.5, "tail_share": 0.25} | changed


def test_sizes_are_over_all_draws_and_a_subset_without_classes_has_none():
    bare = {"classes": {}, "imbalance": None, "head_share": None, "tail_share": None}
    rows = {
        row.name: [cell.text for cell in row.cells] for row in size([[card(0, 90), card(1, 99)], [card(0, 50, **bare)]])
    }
    assert rows["Samples"] == ["90 to 99", "50"] and rows["Imbalance"] == ["2.0", "–"]
    assert rows["Classes"] == ["2", "0"] and rows["Samples by class"] == ["cat 60 … dog 30", "–"]


def test_classes_of_all_subsets_are_drawn_against_the_tallest():
    assert [cell.tallest for cell in by_class([{"cat": 60}, {"dog": 90, "cat": 1}]).cells] == [90, 90]


def test_a_draw_that_only_one_subset_has_is_told_of_it_alone():
    rows = digests([[card(0, 1), card(1, 1)], [card(0, 1)]])
    assert [[cell.text for cell in row.cells] for row in rows] == [["0" * 12, "0" * 12], ["1" * 12, "–"]]
    assert rows[0].cells[0].hint == "0" * 64
    assert worded("a", [None, "b"]).cells == [Cell("–"), Cell("b")]
